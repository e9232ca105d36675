package phrase

var dialogEntries = []Entry{}
