// Package rapidseed lets the environment choose the seed of every property test: the check of a change runs the same
// cases each time, so that it says something about the change, and everybody else's runs look at new ones.
//
// A test file that uses rapid imports it for its effect.
package rapidseed

import (
	"flag"
	"fmt"
	"os"

	_ "pgregory.net/rapid" // its flags are declared before ours is set
)

func init() {
	seed := os.Getenv("OSUSUME_RAPID_SEED")
	if seed == "" {
		return
	}
	if err := flag.Set("rapid.seed", seed); err != nil {
		panic(fmt.Sprintf("OSUSUME_RAPID_SEED: %v", err))
	}
}
