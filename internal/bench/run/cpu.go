package main

import (
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
)

// cpu is processor time in milliseconds: of the bot, of PostgreSQL with all its processes, and of the load. Unlike
// events a second it hardly depends on what else the machine is doing.
type cpu struct {
	bot, postgres, load float64
	known               bool
}

const cpuHeader = "CPU ms/event: bot Postgres load"

// readCPU reads what the processes have used so far from Linux. The time of a PostgreSQL process that has ended is in its
// parent's.
func readCPU(bot, postgres, load int) cpu {
	b, bErr := processCPU(bot, false)
	l, lErr := processCPU(load, false)
	p, pErr := processCPU(postgres, true)
	children, _ := filepath.Glob("/proc/[0-9]*/stat")
	for _, path := range children {
		fields, err := statFields(path)
		if err == nil && fields[1] == strconv.Itoa(postgres) {
			p += ticks(fields[11]) + ticks(fields[12])
		}
	}
	return cpu{bot: b, postgres: p, load: l, known: bErr == nil && lErr == nil && pErr == nil}
}

func processCPU(pid int, ended bool) (ms float64, err error) {
	fields, err := statFields(fmt.Sprintf("/proc/%d/stat", pid))
	if err != nil {
		return 0, err
	}
	ms = ticks(fields[11]) + ticks(fields[12])
	if ended {
		ms += ticks(fields[13]) + ticks(fields[14])
	}
	return ms, nil
}

// statFields gives the fields of proc_pid_stat(5) after the program's name: state, parent, …
func statFields(path string) ([]string, error) {
	text, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	_, rest, _ := strings.Cut(string(text), ") ")
	fields := strings.Fields(rest)
	if len(fields) < 15 {
		return nil, fmt.Errorf("%s is not as expected", path)
	}
	return fields, nil
}

// ticks reads a count of hundredths of a second as milliseconds.
func ticks(text string) float64 {
	n, err := strconv.ParseFloat(text, 64)
	if err != nil {
		return 0
	}
	return n * 10
}

func (c cpu) since(before cpu) cpu {
	return cpu{bot: c.bot - before.bot, postgres: c.postgres - before.postgres, load: c.load - before.load, known: c.known && before.known}
}

func (c cpu) perEvent(events int) string {
	if !c.known || events == 0 {
		return "not known on this system"
	}
	n := float64(events)
	return fmt.Sprintf("%17.3f %8.3f %4.3f", c.bot/n, c.postgres/n, c.load/n)
}
