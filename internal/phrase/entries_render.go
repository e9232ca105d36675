package phrase

var renderEntries = []Entry{}
