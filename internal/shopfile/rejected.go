package shopfile

import (
	"encoding/csv"
	"errors"
	"fmt"
	"os"
	"strconv"
	"strings"
)

// RejectedWriter writes the rows that were set aside to FILE.rejected.csv. The file appears with the first such row;
// one from an earlier run is removed by NewRejected, so that it never speaks of another import.
type RejectedWriter struct {
	path  string
	file  *os.File
	csv   *csv.Writer
	count int
}

// NewRejected prepares the report for the import file at path.
func NewRejected(path string) (*RejectedWriter, error) {
	w := &RejectedWriter{path: path + ".rejected.csv"}
	if err := os.Remove(w.path); err != nil && !errors.Is(err, os.ErrNotExist) {
		return nil, fmt.Errorf("shopfile: remove the earlier report: %w", err)
	}
	return w, nil
}

// Path is where the report is, or would be.
func (w *RejectedWriter) Path() string { return w.path }

// Count is the number of rows written.
func (w *RejectedWriter) Count() int { return w.count }

// Add writes one row.
func (w *RejectedWriter) Add(r Rejection) error {
	if w.file == nil {
		// 0600: the rows may be personal.
		f, err := os.OpenFile(w.path, os.O_CREATE|os.O_WRONLY|os.O_TRUNC, 0o600)
		if err != nil {
			return fmt.Errorf("shopfile: report: %w", err)
		}
		w.file, w.csv = f, csv.NewWriter(f)
		if _, err := f.WriteString("\uFEFF"); err != nil { // spreadsheets read it as UTF-8 only with the mark
			return fmt.Errorf("shopfile: report: %w", err)
		}
		if err := w.csv.Write([]string{"line", "reason", "row"}); err != nil {
			return fmt.Errorf("shopfile: report: %w", err)
		}
	}
	w.count++
	if err := w.csv.Write([]string{strconv.Itoa(r.Line), r.Reason, harmless(r.Row)}); err != nil {
		return fmt.Errorf("shopfile: report: %w", err)
	}
	return nil
}

// harmless keeps a spreadsheet from running the cell as a formula.
func harmless(cell string) string {
	if cell != "" && strings.ContainsRune("=+-@\t\r", rune(cell[0])) {
		return "'" + cell
	}
	return cell
}

// Close finishes the file.
func (w *RejectedWriter) Close() error {
	if w.file == nil {
		return nil
	}
	w.csv.Flush()
	err := errors.Join(w.csv.Error(), w.file.Sync(), w.file.Close())
	w.file = nil
	if err != nil {
		return fmt.Errorf("shopfile: report: %w", err)
	}
	return nil
}
