//go:build xla

package engine

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// Places and sizes of what is declared in pjrt.go are those of the header that go-xla is built with.
func TestHeader(t *testing.T) {
	compiler, err := exec.LookPath("cc")
	if err != nil {
		t.Skip("there is no C compiler")
	}
	module, err := exec.Command("go", "list", "-m", "-f", "{{.Dir}}", "github.com/gomlx/go-xla").Output()
	if err != nil {
		t.Fatal(err)
	}
	source, err := os.ReadFile("pjrt.go")
	if err != nil {
		t.Fatal(err)
	}
	_, ours, _ := strings.Cut(string(source), "enum {")
	ours, _, _ = strings.Cut(ours, "static inline")
	program := `#include <stddef.h>
#include "pjrt_c_api.h"
enum {` + ours + `
#define ENTRY(name) _Static_assert(name == offsetof(PJRT_Api, PJRT_##name), #name);
ENTRY(Error_Destroy) ENTRY(Client_Compile) ENTRY(Executable_Destroy) ENTRY(Executable_Serialize)
ENTRY(LoadedExecutable_GetExecutable) ENTRY(Executable_DeserializeAndLoad)
#define FIELD(a, x, b, y) _Static_assert(sizeof(a) == sizeof(b) && offsetof(a, x) == offsetof(b, y), #a " " #x);
FIELD(program, code, PJRT_Program, code) FIELD(program, format_size, PJRT_Program, format_size)
FIELD(compile_args, client, PJRT_Client_Compile_Args, client) FIELD(compile_args, source, PJRT_Client_Compile_Args, program)
FIELD(compile_args, options, PJRT_Client_Compile_Args, compile_options) FIELD(compile_args, loaded, PJRT_Client_Compile_Args, executable)
FIELD(destroy_args, what, PJRT_Error_Destroy_Args, error) FIELD(destroy_args, what, PJRT_Executable_Destroy_Args, executable)
FIELD(get_args, loaded, PJRT_LoadedExecutable_GetExecutable_Args, loaded_executable)
FIELD(get_args, executable, PJRT_LoadedExecutable_GetExecutable_Args, executable)
FIELD(serialize_args, executable, PJRT_Executable_Serialize_Args, executable)
FIELD(serialize_args, bytes, PJRT_Executable_Serialize_Args, serialized_bytes)
FIELD(serialize_args, backing, PJRT_Executable_Serialize_Args, serialized_executable)
FIELD(serialize_args, free_backing, PJRT_Executable_Serialize_Args, serialized_executable_deleter)
FIELD(load_args, client, PJRT_Executable_DeserializeAndLoad_Args, client)
FIELD(load_args, bytes, PJRT_Executable_DeserializeAndLoad_Args, serialized_executable)
FIELD(load_args, loaded, PJRT_Executable_DeserializeAndLoad_Args, loaded_executable)
FIELD(load_args, options_size, PJRT_Executable_DeserializeAndLoad_Args, overridden_serialized_compile_options_size)
`
	file := filepath.Join(t.TempDir(), "header.c")
	if err := os.WriteFile(file, []byte(program), 0o644); err != nil {
		t.Fatal(err)
	}
	out, err := exec.Command(compiler, "-fsyntax-only", "-I"+filepath.Join(strings.TrimSpace(string(module)), "pjrt"), file).CombinedOutput()
	if err != nil {
		t.Errorf("%v\n%s", err, out)
	}
}
