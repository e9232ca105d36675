package main

import (
	"strings"
	"testing"
)

const mixed = `{"Action":"start","Package":"p"}
{"Action":"output","Package":"p","Test":"TestA","Output":"=== RUN   TestA\n"}
{"Action":"pass","Package":"p","Test":"TestA","Elapsed":0}
{"Action":"output","Package":"p","Test":"TestB","Output":"=== RUN   TestB\n"}
{"Action":"output","Package":"p","Test":"TestB","Output":"    b_test.go:7: the shared data is absent\n"}
{"Action":"skip","Package":"p","Test":"TestB","Elapsed":0}
{"Action":"pass","Package":"p","Elapsed":0.1}
`

const broken = `{"Action":"output","Package":"p","Test":"TestC","Output":"    c_test.go:1: 1 is not 2\n"}
{"Action":"fail","Package":"p","Test":"TestC"}
{"Action":"output","Package":"p","Output":"FAIL\n"}
{"Action":"fail","Package":"p","Elapsed":1}
`

const unbuilt = `{"ImportPath":"q","Action":"build-output","Output":"q.go:1:1: syntax error\n"}
{"ImportPath":"q","Action":"build-fail"}
{"Action":"fail","Package":"q","Elapsed":0,"FailedBuild":"q"}
`

func TestSummary(t *testing.T) {
	t.Parallel()
	cases := []struct {
		name, in string
		forbid   bool
		allow    string
		ok       bool
		want     []string
	}{
		{"a skip is printed with its reason", mixed, false, "", true, []string{"p TestB: the shared data is absent\n", "1 passed, 0 failed, 1 skipped\n"}},
		{"a skip can be forbidden", mixed, true, "", false, []string{"[not allowed here]"}},
		{"a named reason is let through", mixed, true, "shared data is absent", true, []string{"1 passed, 0 failed, 1 skipped\n"}},
		{"a failure shows what it said", mixed + broken, false, "", false, []string{"1 is not 2", "1 passed, 1 failed, 1 skipped\n"}},
		{"what does not build is a failure", mixed + unbuilt, false, "", false, []string{"syntax error", "1 passed, 1 failed, 1 skipped\n"}},
		{"nothing run is not a success", "", false, "", false, []string{"0 passed, 0 failed, 0 skipped\n"}},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			var out strings.Builder
			ok, err := run(strings.NewReader(c.in), &out, c.forbid, c.allow)
			if err != nil || ok != c.ok {
				t.Errorf("ok = %v, %v; want %v", ok, err, c.ok)
			}
			for _, want := range c.want {
				if !strings.Contains(out.String(), want) {
					t.Errorf("the output lacks %q:\n%s", want, out.String())
				}
			}
			if !strings.HasSuffix(out.String(), " skipped\n") {
				t.Errorf("the closing line is not the last:\n%s", out.String())
			}
		})
	}
}
