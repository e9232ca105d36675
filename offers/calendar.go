package offers

// dayOf is the number of days since 1970-01-01 of a time in milliseconds, rounded down also before 1970.
func dayOf(ms int64) int32 {
	day := ms / dayMS
	if ms%dayMS < 0 {
		day--
	}
	return int32(min(max(day, -maxDay), maxDay))
}

// civil is the Gregorian date of a day since 1970-01-01. The arithmetic counts from 0000-03-01, so that the leap day is
// the last of its year, in eras of 400 years.
func civil(day int32) (year, month, dayOfMonth int) {
	z := int(day) + 719468
	era := z / 146097
	if z < 0 {
		era = (z - 146096) / 146097
	}
	dayOfEra := z - era*146097
	yearOfEra := (dayOfEra - dayOfEra/1460 + dayOfEra/36524 - dayOfEra/146096) / 365
	dayOfYear := dayOfEra - (365*yearOfEra + yearOfEra/4 - yearOfEra/100)
	shifted := (5*dayOfYear + 2) / 153
	year, month, dayOfMonth = yearOfEra+era*400, shifted+3, dayOfYear-(153*shifted+2)/5+1
	if month > 12 {
		year, month = year+1, month-12
	}
	return year, month, dayOfMonth
}
