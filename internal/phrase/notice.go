package phrase

// NoticeVersion names the consent notice in force. It is raised by hand when a change is material (a new purpose, data
// type, recipient or longer retention): grants under another version stop counting. A change of wording alone changes
// only the hash that the ledger keeps of the exact text.
const NoticeVersion = "2026-11-1"
