//go:build linux

package slurmtest

import (
	"bytes"
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"syscall"
	"testing"
	"time"
)

// Packages are what a Debian machine needs for [Start].
const Packages = "slurm-wlm munge slurmdbd mariadb-server"

// Need skips a test that needs a real Slurm, unless NASALYZE_SLURM is set: such tests start
// daemons, as root.
func Need(t testing.TB) {
	t.Helper()
	if os.Getenv("NASALYZE_SLURM") == "" {
		t.Skip("needs a real Slurm: NASALYZE_SLURM=1 brings one up (as root, with the Debian packages " + Packages + ")")
	}
}

// Cluster is a Slurm of two nodes on this machine: n1 with two GPUs that are files, n2 without.
// Partitions are debug (the default) and, on the same nodes, low, whose jobs are
// requeued to make room for those of high.
type Cluster struct {
	Dir  string
	Conf string // for SLURM_CONF

	host       string
	port       int
	accounting bool
	daemons    map[string]*exec.Cmd
}

// Start brings up a cluster, with or without accounting, and returns when its nodes are idle. Stop ends it.
func Start(accounting bool) (c *Cluster, err error) {
	dir, err := os.MkdirTemp("", "slurm")
	if err != nil {
		return nil, err
	}
	c = &Cluster{Dir: dir, Conf: filepath.Join(dir, "slurm.conf"), accounting: accounting, daemons: make(map[string]*exec.Cmd)}
	defer func() {
		if err != nil {
			err = fmt.Errorf("no Slurm can be brought up (Debian: %s): %w\n%s", Packages, err, c.logs())
			c.Stop()
		}
	}()
	if c.host, err = os.Hostname(); err != nil {
		return c, err
	}
	c.host, _, _ = strings.Cut(c.host, ".")
	if c.port, err = freePorts(6); err != nil {
		return c, err
	}
	if err := c.configure(); err != nil {
		return c, err
	}
	if err := c.start("munged", "/usr/sbin/munged", "--foreground", "--force", "--key-file="+c.path("munge/key"), "--socket="+c.path("munge.socket"),
		"--pid-file="+c.path("munge/pid"), "--log-file="+c.path("munge/log"), "--seed-file="+c.path("munge/seed")); err != nil {
		return c, err
	}
	if err := within(10*time.Second, func() bool { _, err := os.Stat(c.path("munge.socket")); return err == nil }); err != nil {
		return c, fmt.Errorf("munged: %w", err)
	}
	if accounting {
		if err := c.startAccounting(); err != nil {
			return c, err
		}
	}
	if err := c.StartController(); err != nil {
		return c, err
	}
	for _, node := range []string{"n1", "n2"} {
		if err := c.StartNode(node); err != nil {
			return c, err
		}
	}
	return c, within(30*time.Second, func() bool {
		out, err := c.Client("sinfo", "-h", "-N", "-p", "debug", "-o", "%T")
		return err == nil && out == "idle\nidle\n"
	})
}

func (c *Cluster) path(name string) string { return filepath.Join(c.Dir, name) }

// configure writes the files that the daemons read.
func (c *Cluster) configure() error {
	for _, d := range []string{"state", "spool/n1", "spool/n2", "log", "munge", "db"} {
		if err := os.MkdirAll(c.path(d), 0o755); err != nil {
			return err
		}
	}
	// munged and slurmdbd insist on who may read what.
	if err := errors.Join(os.Chmod(c.Dir, 0o755), os.Chmod(c.path("munge"), 0o700)); err != nil {
		return err
	}
	key := make([]byte, 1024)
	if _, err := rand.Read(key); err != nil {
		return err
	}
	fill := strings.NewReplacer("$DIR", c.Dir, "$HOST", c.host, "$PORT0", fmt.Sprint(c.port), "$PORT1", fmt.Sprint(c.port+1), "$PORT2", fmt.Sprint(c.port+2),
		"$PORT3", fmt.Sprint(c.port+3), "$PORT4", fmt.Sprint(c.port+4))
	storage := "AccountingStorageType=accounting_storage/none\n"
	if c.accounting {
		storage = accountingConf
	}
	for _, f := range []struct {
		name, text string
		mode       os.FileMode
	}{
		{"munge/key", string(key), 0o600},
		{"slurm.conf", fill.Replace(slurmConf + storage), 0o644},
		{"slurmdbd.conf", fill.Replace(slurmdbdConf), 0o600},
		{"gres.conf", fill.Replace("NodeName=n1 Name=gpu File=$DIR/gpu[0-1]\n"), 0o644},
		{"my.sql", "create database slurm; create user slurm@'127.0.0.1' identified by 'pw'; create user slurm@localhost identified by 'pw';" +
			"grant all on slurm.* to slurm@'127.0.0.1'; grant all on slurm.* to slurm@localhost;", 0o600},
	} {
		if err := os.WriteFile(c.path(f.name), []byte(f.text), f.mode); err != nil {
			return err
		}
	}
	for _, gpu := range []string{"gpu0", "gpu1"} { // devices like /dev/null
		if err := syscall.Mknod(c.path(gpu), syscall.S_IFCHR|0o666, 1<<8|3); err != nil {
			return fmt.Errorf("make a device, as root: %w", err)
		}
	}
	return nil
}

const slurmConf = `ClusterName=test
SlurmctldHost=$HOST(127.0.0.1)
SlurmctldPort=$PORT0
SlurmUser=root
SlurmdUser=root
AuthType=auth/munge
AuthInfo=socket=$DIR/munge.socket
CredType=cred/munge
StateSaveLocation=$DIR/state
SlurmdSpoolDir=$DIR/spool/%n
SlurmctldPidFile=$DIR/slurmctld.pid
SlurmdPidFile=$DIR/slurmd.%n.pid
SlurmctldLogFile=$DIR/log/slurmctld.log
SlurmdLogFile=$DIR/log/slurmd.%n.log
ProctrackType=proctrack/linuxproc
TaskPlugin=task/none
JobAcctGatherType=jobacct_gather/linux
JobAcctGatherFrequency=1
JobAcctGatherParams=OverMemoryKill
SwitchType=switch/none
MpiDefault=none
MailProg=/bin/true
SelectType=select/cons_tres
SelectTypeParameters=CR_Core_Memory
DefMemPerNode=200
SlurmdParameters=config_overrides
SchedulerParameters=sched_interval=1,bf_interval=1,batch_sched_delay=0,sched_min_interval=0
PreemptType=preempt/partition_prio
PreemptMode=REQUEUE
GresTypes=gpu
ReturnToService=2
SlurmdTimeout=10
KillWait=2
MinJobAge=300
NodeName=n1 NodeHostname=$HOST NodeAddr=127.0.0.1 Port=$PORT1 CPUs=4 RealMemory=4000 Gres=gpu:2
NodeName=n2 NodeHostname=$HOST NodeAddr=127.0.0.1 Port=$PORT2 CPUs=4 RealMemory=4000
PartitionName=debug Nodes=n[1-2] Default=YES MaxTime=100 PriorityTier=5 PreemptMode=OFF
PartitionName=low Nodes=n[1-2] PriorityTier=1 PreemptMode=REQUEUE
PartitionName=high Nodes=n[1-2] PriorityTier=10 PreemptMode=OFF
`

const accountingConf = `AccountingStorageType=accounting_storage/slurmdbd
AccountingStorageHost=127.0.0.1
AccountingStoragePort=$PORT3
AccountingStoragePass=$DIR/munge.socket
AccountingStorageEnforce=associations,limits,qos
AccountingStorageTRES=gres/gpu
`

const slurmdbdConf = `AuthType=auth/munge
AuthInfo=socket=$DIR/munge.socket
DbdHost=$HOST
DbdAddr=127.0.0.1
DbdPort=$PORT3
SlurmUser=root
StorageType=accounting_storage/mysql
StorageHost=127.0.0.1
StoragePort=$PORT4
StorageUser=slurm
StoragePass=pw
StorageLoc=slurm
LogFile=$DIR/log/slurmdbd.log
PidFile=$DIR/slurmdbd.pid
DebugLevel=info
`

// startAccounting brings up the database and its daemon.
func (c *Cluster) startAccounting() error {
	install := exec.Command("mariadb-install-db", "--no-defaults", "--user=root", "--datadir="+c.path("db"), "--auth-root-authentication-method=socket", "--skip-test-db")
	if out, err := install.CombinedOutput(); err != nil {
		return fmt.Errorf("mariadb-install-db: %w\n%s", err, out)
	}
	if err := c.start("mariadbd", "/usr/sbin/mariadbd", "--no-defaults", "--user=root", "--datadir="+c.path("db"), "--socket="+c.path("db.sock"), "--bind-address=127.0.0.1",
		fmt.Sprintf("--port=%d", c.port+4), "--innodb-buffer-pool-size=64M", "--innodb-lock-wait-timeout=900", "--pid-file="+c.path("mariadb.pid")); err != nil {
		return err
	}
	if err := within(30*time.Second, func() bool {
		return exec.Command("mariadb-admin", "--no-defaults", "-S", c.path("db.sock"), "ping").Run() == nil
	}); err != nil {
		return fmt.Errorf("mariadbd: %w", err)
	}
	users := exec.Command("mariadb", "--no-defaults", "-S", c.path("db.sock"), "-e", "source "+c.path("my.sql"))
	if out, err := users.CombinedOutput(); err != nil {
		return fmt.Errorf("mariadb: %w\n%s", err, out)
	}
	if err := c.start("slurmdbd", "/usr/sbin/slurmdbd", "-D"); err != nil {
		return err
	}
	if err := within(30*time.Second, func() bool {
		conn, err := net.Dial("tcp", fmt.Sprintf("127.0.0.1:%d", c.port+3))
		if err == nil {
			conn.Close()
		}
		return err == nil
	}); err != nil {
		return fmt.Errorf("slurmdbd: %w", err)
	}
	_, err := c.Client("sacctmgr", "-i", "add", "cluster", "test")
	return err
}

// start starts a daemon, which ends with this process at the latest.
func (c *Cluster) start(name, program string, args ...string) error {
	out, err := os.OpenFile(c.path("log/"+name+".out"), os.O_CREATE|os.O_WRONLY|os.O_APPEND, 0o644)
	if err != nil {
		return err
	}
	defer out.Close()
	cmd := exec.Command(program, args...)
	cmd.Env = append(os.Environ(), "SLURM_CONF="+c.Conf)
	cmd.Stdout, cmd.Stderr = out, out
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true, Pdeathsig: syscall.SIGKILL}
	// The signal is sent when the thread ends that started the daemon: this one waits for it.
	started := make(chan error, 1)
	go func() {
		runtime.LockOSThread()
		err := cmd.Start()
		started <- err
		if err == nil {
			_ = cmd.Wait()
		}
	}()
	if err := <-started; err != nil {
		return err
	}
	c.daemons[name] = cmd
	return nil
}

// end ends a daemon with a signal, and waits for it.
func (c *Cluster) end(name string, sig syscall.Signal) error {
	cmd := c.daemons[name]
	if cmd == nil {
		return nil
	}
	delete(c.daemons, name)
	_ = cmd.Process.Signal(sig)
	err := within(10*time.Second, func() bool { return syscall.Kill(cmd.Process.Pid, 0) != nil })
	if err != nil {
		_ = cmd.Process.Kill()
	}
	return err
}

// StartController and StopController: the controller keeps its state over both.
func (c *Cluster) StartController() error { return c.start("slurmctld", "/usr/sbin/slurmctld", "-D") }
func (c *Cluster) StopController() error  { return c.end("slurmctld", syscall.SIGTERM) }

// StartNode and KillNode start the daemon of a node, and end it at once, with what runs there.
func (c *Cluster) StartNode(name string) error {
	return c.start("slurmd."+name, "/usr/sbin/slurmd", "-D", "-N", name)
}
func (c *Cluster) KillNode(name string) error { return c.end("slurmd."+name, syscall.SIGKILL) }

// Stop ends all daemons and takes the directory away.
func (c *Cluster) Stop() {
	for _, name := range []string{"slurmd.n1", "slurmd.n2", "slurmctld", "slurmdbd", "mariadbd", "munged"} {
		_ = c.end(name, syscall.SIGTERM)
	}
	_ = os.RemoveAll(c.Dir)
}

// Client runs a client of this cluster, and returns what it prints.
func (c *Cluster) Client(name string, args ...string) (string, error) {
	ctx, cancel := context.WithTimeout(context.Background(), 20*time.Second)
	defer cancel()
	cmd := exec.CommandContext(ctx, name, args...)
	cmd.Env = append(os.Environ(), "SLURM_CONF="+c.Conf)
	var errs bytes.Buffer
	cmd.Stderr = &errs
	out, err := cmd.Output()
	if err != nil {
		return "", fmt.Errorf("%s: %w: %s", name, err, errs.Bytes())
	}
	return string(out), nil
}

// logs are the ends of what the daemons said.
func (c *Cluster) logs() string {
	var all strings.Builder
	names, _ := filepath.Glob(c.path("log/*"))
	for _, name := range names {
		data, _ := os.ReadFile(name)
		fmt.Fprintf(&all, "%s: %s\n", filepath.Base(name), data[max(0, len(data)-1000):])
	}
	return all.String()
}

// within waits for a condition.
func within(d time.Duration, ok func() bool) error {
	for deadline := time.Now().Add(d); !ok(); time.Sleep(20 * time.Millisecond) {
		if time.Now().After(deadline) {
			return fmt.Errorf("waited %v in vain", d)
		}
	}
	return nil
}

// freePorts returns the first of n ports in a row that nobody listens on.
func freePorts(n int) (int, error) {
	// Processes that ask at the same time begin at different places.
	for first := 20000 + os.Getpid()%1000*10; first < 40000; first += n {
		free := 0
		for ; free < n; free++ {
			l, err := net.Listen("tcp", fmt.Sprintf("127.0.0.1:%d", first+free))
			if err != nil {
				break
			}
			l.Close()
		}
		if free == n {
			return first, nil
		}
	}
	return 0, errors.New("no free ports")
}
