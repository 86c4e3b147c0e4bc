//go:build xla

package engine

/*
#cgo LDFLAGS: -ldl
#include <dlfcn.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

// The parts of PJRT's interface that are needed here. It is a table of functions behind its own size, which only
// grows at the end; each function takes one struct, which begins with its size, and returns an error or null.
// Names and order are those of pjrt_c_api.h, version 0.104 (OpenXLA, Apache-2.0).
enum {
	Error_Destroy = 40, Client_Compile = 200, Executable_Destroy = 360, Executable_Serialize = 432,
	LoadedExecutable_GetExecutable = 448, Executable_DeserializeAndLoad = 488,
};
typedef struct { size_t size; void *extension; char *code; size_t code_size; const char *format; size_t format_size; } program;
typedef struct { size_t size; void *extension; void *client; const program *source; const char *options; size_t options_size;
	void *loaded; } compile_args;
typedef struct { size_t size; void *extension; void *what; } destroy_args;
typedef struct { size_t size; void *extension; void *loaded; void *executable; } get_args;
typedef struct { size_t size; void *extension; const void *executable; const char *bytes; size_t bytes_size; void *backing;
	void (*free_backing)(void *); } serialize_args;
typedef struct { size_t size; void *extension; void *client; const char *bytes; size_t bytes_size; void *loaded;
	const char *options; size_t options_size; } load_args;

static inline size_t table_size(void *api) { return *(size_t *)api; }
static inline void *call(void *api, size_t entry, void *args) {
	return (*(void *(**)(void *))((char *)api + entry))(args);
}
static inline void free_backing(serialize_args *a) { if (a->free_backing) a->free_backing(a->backing); }

// open_plugin loads a plugin and returns its table, or why there is none.
static inline void *open_plugin(const char *path, const char **why) {
	*why = "it has no function GetPjrtApi";
	void *library = dlopen(path, RTLD_LAZY | RTLD_LOCAL);
	if (!library) { *why = dlerror(); return NULL; }
	void *(*get)(void) = (void *(*)(void))dlsym(library, "GetPjrtApi");
	return get ? get() : NULL;
}

extern void *nasalyzeCompile(compile_args *);

// with_cache is a copy of a table with our function to compile.
static inline void *with_cache(void *api) {
	void *copy = malloc(table_size(api));
	memcpy(copy, api, table_size(api));
	*(void *(**)(compile_args *))((char *)copy + Client_Compile) = nasalyzeCompile;
	return copy;
}
*/
import "C"

import (
	"fmt"
	"os"
	"strings"
	"unsafe"

	"github.com/gomlx/go-xla/pjrt"
)

// caching is the plugin whose compiler is asked for what is not kept in programs: one for a process.
var caching struct {
	path     string
	api      unsafe.Pointer
	programs *Programs
}

// cachePlugin loads a PJRT plugin and puts programs before its compiler: a program that was
// compiled before, by this version for this device, is loaded from there. The plugin is known to go-xla by its path then.
func cachePlugin(path string, programs *Programs) error {
	if caching.path != "" && caching.path != path {
		return fmt.Errorf("programs of %s are kept already, a process keeps those of one plugin", caching.path)
	}
	if caching.path == "" {
		name, why := C.CString(path), (*C.char)(nil)
		defer C.free(unsafe.Pointer(name))
		api := C.open_plugin(name, &why)
		if api == nil {
			return fmt.Errorf("cannot load %s: %s", path, C.GoString(why))
		}
		if C.table_size(api) <= C.Executable_DeserializeAndLoad {
			return fmt.Errorf("%s is of a version of PJRT that cannot keep compiled programs", path)
		}
		caching.path, caching.api = path, api
		if err := pjrt.RegisterPreloadedPlugin(path, uintptr(C.with_cache(api))); err != nil {
			return err
		}
	}
	caching.programs = programs
	return nil
}

// identify says what the result of compiling depends on beside the program.
func identify(plugin, about string) string {
	version := "unknown"
	if info, err := os.Stat(plugin); err == nil {
		version = fmt.Sprint(info.Size(), info.ModTime().UnixNano())
	}
	// Programs for the CPU are for the instructions of the one that compiled them.
	processor := ""
	text, _ := os.ReadFile("/proc/cpuinfo") // not there on other systems
	for line := range strings.Lines(string(text)) {
		if strings.HasPrefix(line, "flags") {
			processor = line
			break
		}
	}
	return strings.Join([]string{about, version, os.Getenv("XLA_FLAGS"), processor}, "\x00")
}

//export nasalyzeCompile
func nasalyzeCompile(args *C.compile_args) unsafe.Pointer {
	source, p := args.source, caching.programs
	file := p.file(bytesAt(source.code, source.code_size), bytesAt(source.format, source.format_size), bytesAt(args.options, args.options_size))
	if kept := p.load(file); kept != nil {
		if loaded := loadProgram(args.client, kept); loaded != nil {
			args.loaded = loaded
			p.count(true)
			return nil
		}
	}
	if err := C.call(caching.api, C.Client_Compile, unsafe.Pointer(args)); err != nil {
		return err
	}
	p.count(false)
	if program := serialized(args.loaded); program != nil {
		p.store(file, program)
	}
	return nil
}

func bytesAt(p *C.char, n C.size_t) []byte {
	return unsafe.Slice((*byte)(unsafe.Pointer(p)), int(n))
}

// loadProgram is what the plugin makes of kept bytes, nil if it does not know them.
func loadProgram(client unsafe.Pointer, kept []byte) unsafe.Pointer {
	bytes := C.CBytes(kept)
	defer C.free(bytes)
	args := C.load_args{size: C.sizeof_load_args, client: client, bytes: (*C.char)(bytes), bytes_size: C.size_t(len(kept))}
	if forget(C.call(caching.api, C.Executable_DeserializeAndLoad, unsafe.Pointer(&args))) {
		return nil
	}
	return args.loaded
}

// serialized are the bytes of a program, nil if the plugin has no form for it.
func serialized(loaded unsafe.Pointer) []byte {
	get := C.get_args{size: C.sizeof_get_args, loaded: loaded}
	if forget(C.call(caching.api, C.LoadedExecutable_GetExecutable, unsafe.Pointer(&get))) {
		return nil
	}
	defer func() {
		destroy := C.destroy_args{size: C.sizeof_destroy_args, what: get.executable}
		forget(C.call(caching.api, C.Executable_Destroy, unsafe.Pointer(&destroy)))
	}()
	args := C.serialize_args{size: C.sizeof_serialize_args, executable: get.executable}
	if forget(C.call(caching.api, C.Executable_Serialize, unsafe.Pointer(&args))) {
		return nil
	}
	defer C.free_backing(&args)
	return C.GoBytes(unsafe.Pointer(args.bytes), C.int(args.bytes_size))
}

// forget frees an error and reports whether there was one.
func forget(err unsafe.Pointer) bool {
	if err == nil {
		return false
	}
	destroy := C.destroy_args{size: C.sizeof_destroy_args, what: err}
	C.call(caching.api, C.Error_Destroy, unsafe.Pointer(&destroy))
	return true
}

func (p *Programs) count(reused bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if reused {
		p.reused++
	} else {
		p.compiled++
	}
}
