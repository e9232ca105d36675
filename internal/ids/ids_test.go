package ids_test

import (
	"math"
	"testing"

	"osusume/internal/ids"
)

func TestYenIsGroupedByThousands(t *testing.T) {
	t.Parallel()
	for amount, want := range map[ids.Yen]string{
		0: "0", 7: "7", 999: "999", 1280: "1,280", -1280: "-1,280", 100000: "100,000", 1234567: "1,234,567",
		math.MaxInt64: "9,223,372,036,854,775,807", math.MinInt64: "-9,223,372,036,854,775,808",
	} {
		if got := amount.String(); got != want {
			t.Errorf("%d is shown as %q, want %q", int64(amount), got, want)
		}
	}
}

func TestLanguageOfAProfile(t *testing.T) {
	t.Parallel()
	for tag, want := range map[string]ids.Lang{
		"": ids.Japanese, "ja": ids.Japanese, "ja-JP": ids.Japanese, "JA": ids.Japanese, "en": ids.English, "en-GB": ids.English,
		"th": ids.English, "jam": ids.English,
	} {
		if got := ids.LangOf(tag); got != want {
			t.Errorf("%q is answered in %q, want %q", tag, got, want)
		}
	}
}
