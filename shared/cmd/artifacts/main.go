// Command artifacts checks what `sam build` made: for every declared function
// one arm64 program named bootstrap, small enough to start quickly.
package main

import (
	"fmt"
	"os"

	"github.com/orderloom/orderloom/functions"
	"github.com/orderloom/orderloom/shared/fn"
)

func main() {
	if len(os.Args) != 2 {
		fmt.Fprintln(os.Stderr, "usage: artifacts FOLDER, e.g. .aws-sam/build")
		os.Exit(2)
	}
	var want []string
	for _, f := range functions.All() {
		want = append(want, fn.LogicalID(f.ID))
	}
	sizes, problems := check(os.DirFS(os.Args[1]), want)
	for _, s := range sizes {
		fmt.Println(s)
	}
	for _, p := range problems {
		fmt.Fprintln(os.Stderr, p)
	}
	if len(problems) > 0 {
		os.Exit(1)
	}
	fmt.Printf("%d artifacts, all as they should be\n", len(sizes))
}
