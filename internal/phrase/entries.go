package phrase

// groups lists the tables of entries; a new file of phrases adds one line here.
func groups() [][]Entry {
	return [][]Entry{labelEntries, noticeEntries, dialogEntries, renderEntries}
}
