package pgtest

import (
	"os"
	"syscall"
)

// memory is Linux's file system in memory.
const memory = "/dev/shm"

// room is what must be free there: the databases of a package's tests take a tenth.
const room = 4 << 30

// folder answers where the tests' servers keep their data: in memory where there is
// room and nobody has named another place, else among the temporary files.
func folder() string {
	var fs syscall.Statfs_t
	if os.Getenv("TMPDIR") != "" || syscall.Statfs(memory, &fs) != nil || fs.Bavail*uint64(fs.Bsize) < room { //nolint:gosec // a block has a size
		return ""
	}
	return memory
}
