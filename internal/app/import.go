package app

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"slices"
	"strings"

	"osusume/db"
	"osusume/internal/clock"
	"osusume/internal/keyring"
	"osusume/internal/shopfile"
)

const importExample = `osusume import products products.csv
osusume import purchases --dry-run purchases-2026-*.csv.gz`

// listedRejections is how many bad rows are shown; the report file has them all.
const listedRejections = 20

// imported says what became of one file.
type imported struct {
	File           string   `json:"file"`
	Kind           string   `json:"kind"`
	Rows           int64    `json:"rows"`
	Inserted       int64    `json:"inserted"`
	Updated        int64    `json:"updated"`
	Unchanged      int64    `json:"unchanged"`
	Rejected       int64    `json:"rejected"`
	RejectedFile   string   `json:"rejected_file,omitempty"`
	UnknownColumns []string `json:"unknown_columns,omitempty"`
	DryRun         bool     `json:"dry_run,omitempty"`
}

// importer carries one run of the command.
type importer struct {
	inv      invocation
	settings Settings
	kind     shopfile.Kind
	dryRun   bool
	clock    clock.Clock
	store    *db.Store     // nil for a dry run
	ring     *keyring.Ring // only for links
}

func kindNames() string {
	var names []string
	for _, k := range shopfile.Kinds() {
		names = append(names, string(k))
	}
	last := len(names) - 1
	return strings.Join(names[:last], ", ") + " or " + names[last]
}

// runImport is the command import.
func runImport(ctx context.Context, inv invocation) error {
	line := newCommandLine("import KIND FILE…",
		"Loads "+kindNames()+" from CSV or JSON Lines files, plain or .gz, UTF-8 or Shift_JIS.\nGood rows go in; bad rows are listed and written to FILE.rejected.csv. The same file may be imported again.",
		importExample, dataSettings...)
	dryRun := line.set.Bool("dry-run", false, "read and check the files, change nothing")
	asJSON := line.set.Bool("json", false, "print one JSON value")
	words, err := line.parse(inv)
	if err != nil {
		return err
	}
	if len(words) == 0 || !slices.Contains(shopfile.Kinds(), shopfile.Kind(words[0])) {
		return usageError{"KIND must be " + kindNames()}
	}
	if len(words) == 1 {
		return usageError{"at least one FILE is needed"}
	}
	settings, err := line.load(inv.env)
	if err != nil {
		return err
	}
	im := &importer{inv: inv, settings: settings, kind: shopfile.Kind(words[0]), dryRun: *dryRun, clock: clock.System{}}
	if !im.dryRun {
		if im.store, err = openForCommand(ctx, settings); err != nil {
			return err
		}
		defer func() { _ = im.store.Close() }() // everything was committed before
	}
	if im.kind == shopfile.Links && !im.dryRun {
		if im.ring, err = ringOf(settings, true); err != nil {
			return err
		}
		if err := checkMasterKey(ctx, im.store, im.ring); err != nil {
			return err
		}
	}
	return im.files(ctx, words[1:], *asJSON)
}

// files imports one file after the other. A file that cannot be read does not keep the next from being imported.
func (im *importer) files(ctx context.Context, paths []string, asJSON bool) error {
	results, problems := []imported{}, []error{}
	for _, path := range paths {
		result, err := im.file(ctx, path)
		results = append(results, result)
		if err != nil {
			problems = append(problems, fmt.Errorf("%s: %w", path, err))
			if ctx.Err() != nil {
				break
			}
		}
		if !asJSON {
			im.tell(result, err)
		}
	}
	if asJSON {
		problems = append(problems, writeJSON(im.inv.stdout, results))
	}
	return errors.Join(problems...)
}

func (im *importer) tell(r imported, err error) {
	verb := "imported"
	switch {
	case im.dryRun:
		fmt.Fprintf(im.inv.stdout, "%s: %d rows of %s read, %d good, %d bad; nothing was changed\n", r.File, r.Rows, r.Kind, r.Rows-r.Rejected, r.Rejected)
	case err != nil:
		verb = "imported before the error"
		fallthrough
	default:
		fmt.Fprintf(im.inv.stdout, "%s: %d rows of %s %s: %d new, %d changed, %d as they were, %d set aside\n",
			r.File, r.Inserted+r.Updated+r.Unchanged, r.Kind, verb, r.Inserted, r.Updated, r.Unchanged, r.Rejected)
	}
	if r.RejectedFile != "" {
		fmt.Fprintf(im.inv.stdout, "%s: the rows that were set aside are in %s\n", r.File, r.RejectedFile)
	}
	if len(r.UnknownColumns) > 0 {
		fmt.Fprintf(im.inv.stdout, "%s: columns that were not read: %s\n", r.File, strings.Join(r.UnknownColumns, ", "))
	}
}

// file imports one file.
func (im *importer) file(ctx context.Context, path string) (result imported, err error) {
	result = imported{File: path, Kind: string(im.kind), DryRun: im.dryRun}
	reader, err := shopfile.Open(path, im.kind, shopfile.Options{Zone: im.settings.Timezone, NowMS: clock.Millis(im.clock)})
	if err != nil {
		return result, err
	}
	defer func() {
		if closing := reader.Close(); err == nil { // a file that ends too soon has said so already
			err = closing
		}
	}()
	report := &rejections{show: newProgress(im.inv.stderr, path), list: im.inv.stderr, file: path}
	if !im.dryRun {
		if report.writer, err = shopfile.NewRejected(path); err != nil {
			return result, err
		}
	}
	defer func() { err = errors.Join(err, report.close(&result)) }()
	size := fileSize(path)
	rows := im.newBatch(report)
	for ctx.Err() == nil {
		record, rejection, err := reader.Next()
		if errors.Is(err, io.EOF) && !errors.Is(err, io.ErrUnexpectedEOF) {
			result.UnknownColumns = reader.Unknown()
			return result, rows.flush(ctx, &result)
		}
		if err != nil {
			return result, errors.Join(rows.flush(ctx, &result), err)
		}
		result.Rows++
		if rejection != nil {
			if err := report.add(*rejection); err != nil {
				return result, err
			}
			continue
		}
		if err := rows.add(ctx, record, reader, &result); err != nil {
			return result, err
		}
		if result.Rows%1000 == 0 {
			report.show.step(float64(reader.BytesRead())/size, fmt.Sprintf("%d rows", result.Rows))
		}
	}
	return result, ctx.Err()
}

// fileSize is at least 1, so that a share can be computed of any file.
func fileSize(path string) float64 {
	info, err := os.Stat(path)
	if err != nil || info.Size() == 0 {
		return 1
	}
	return float64(info.Size())
}

// rejections lists and keeps the rows that were set aside.
type rejections struct {
	show   *progress
	list   io.Writer
	file   string
	writer *shopfile.RejectedWriter // nil for a dry run
	count  int64
}

func (r *rejections) add(row shopfile.Rejection) error {
	r.count++
	if r.count <= listedRejections {
		r.show.end()
		fmt.Fprintf(r.list, "%s:%d: %s\n", r.file, row.Line, row.Reason)
	}
	if r.writer == nil {
		return nil
	}
	return r.writer.Add(row)
}

func (r *rejections) close(result *imported) error {
	r.show.end()
	result.Rejected = r.count
	if r.count > listedRejections {
		fmt.Fprintf(r.list, "%s: … and %d more\n", r.file, r.count-listedRejections)
	}
	if r.writer == nil {
		return nil
	}
	if r.count > 0 {
		result.RejectedFile = r.writer.Path()
	}
	return r.writer.Close()
}
