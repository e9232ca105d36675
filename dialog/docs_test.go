package dialog

import (
	"flag"
	"fmt"
	"os"
	"strings"
	"testing"
)

//go:generate go test -run TestDialogPageIsFresh -update .

var update = flag.Bool("update", false, "rewrite generated files")

const dialogPage = "../docs/dialog.md"

func TestDialogPageIsFresh(t *testing.T) {
	t.Parallel()
	page := describe()
	if *update {
		if err := os.WriteFile(dialogPage, []byte(page), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	stored, err := os.ReadFile(dialogPage)
	if err != nil {
		t.Fatal(err)
	}
	if string(stored) != page {
		t.Errorf("%s is not what the table says; run: go generate ./dialog", dialogPage)
	}
}

var stateNames = map[State]string{
	New: "New", Idle: "Idle", Asked: "Asked", Offered: "Offered", Declined: "Declined", Planned: "Planned", Erasing: "Erasing",
	HandedOff: "HandedOff", Keep: "",
}

func describe() string {
	var b strings.Builder
	b.WriteString(`# The dialogue

Generated from the transition table in ` + "`dialog/table.go`" + ` by ` + "`go generate ./dialog`" + `; do not edit.

## Where a conversation can go

Rows that hold in every state are drawn from *any*; rows that leave the state as it is are not drawn.

` + "```mermaid\nstateDiagram-v2\n    [*] --> New\n")
	type arrow struct{ from, to string }
	labels := map[arrow][]string{}
	var order []arrow
	for _, row := range Table() {
		if row.To == Keep {
			continue
		}
		from := []string{"any"}
		if row.From != nil {
			from = from[:0]
			for _, s := range row.From {
				from = append(from, stateNames[s])
			}
		}
		for _, f := range from {
			a := arrow{f, stateNames[row.To]}
			if labels[a] == nil {
				order = append(order, a)
			}
			if label := string(row.On); len(labels[a]) == 0 || labels[a][len(labels[a])-1] != label {
				labels[a] = append(labels[a], label)
			}
		}
	}
	for _, a := range order {
		fmt.Fprintf(&b, "    %s --> %s: %s\n", a.from, a.to, strings.ReplaceAll(strings.Join(labels[a], ", "), "?", "help"))
	}
	b.WriteString("```\n\n## The table\n\nOf the rows of one trigger, the first that fits decides. An empty *to* keeps the state. The buttons are named by their\npostback code, see `dialog/types.go`.\n\n| on | in | when | to | what is done |\n|---|---|---|---|---|\n")
	for _, row := range Table() {
		in := "any"
		if row.From != nil {
			var names []string
			for _, s := range row.From {
				names = append(names, stateNames[s])
			}
			in = strings.Join(names, ", ")
		}
		fmt.Fprintf(&b, "| %s | %s | %s | %s | %s |\n", row.On, in, row.When.Name, stateNames[row.To], row.Does)
	}
	return b.String()
}
