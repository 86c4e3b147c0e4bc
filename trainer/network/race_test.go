//go:build race && !nocheckptr

package network

import (
	"fmt"
	"os"
)

// The race detector checks pointers, and stops the Go backend of GoMLX at the ones that it
// computes from integers. -gcflags=all=-d=checkptr=0 turns that off; the tag says so.
func init() {
	fmt.Println("skipped: go test -race needs -tags nocheckptr -gcflags=all=-d=checkptr=0 here")
	os.Exit(0)
}
