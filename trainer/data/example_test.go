package data_test

import (
	"fmt"

	"github.com/nasalyze/nasalyze/trainer/data"
)

func ExampleOpen() {
	digits, err := data.Open("digits", "")
	if err != nil {
		panic(err)
	}
	fmt.Println(digits.Train.Len(), "images to train on,", digits.Test.Len(), "to test")
	fmt.Printf("the first shows a %s:\n", digits.Classes[digits.Train.Labels[0]])
	for y := range 8 {
		for _, p := range digits.Train.Image(0)[8*y : 8*y+8] {
			fmt.Printf("%c", " .:-=+*#@"[p/2])
		}
		fmt.Println("|")
	}
	// Output:
	// 1437 images to train on, 360 to test
	// the first shows a 0:
	//   :*=   |
	//   *#+#: |
	//  .#. += |
	//  :*  == |
	//  :=  == |
	//  :+  *- |
	//  .#:+*  |
	//   -*+   |
}
