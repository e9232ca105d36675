package app

// schemaVersion is the database schema this program brings a database to.
func schemaVersion() int64 { return 0 }
