// Package obs is how osusume is watched: its logger and its metrics. Nothing of a person reaches either: metrics have
// closed label sets, and logs carry identifiers only as keyring.LogID.
package obs

import (
	"fmt"
	"io"
	"time"

	"go.uber.org/zap"
	"go.uber.org/zap/zapcore"
)

// NewLogger makes a logger that writes to w from the level up: debug, info, warn or error. On a terminal it writes
// lines for people, elsewhere one JSON object a line. Times are UTC.
func NewLogger(level string, w io.Writer, terminal bool) (*zap.Logger, error) {
	from, err := zapcore.ParseLevel(level)
	if err != nil || from < zapcore.DebugLevel || from > zapcore.ErrorLevel {
		return nil, fmt.Errorf("obs: no log level %q", level)
	}
	config := zap.NewProductionEncoderConfig()
	config.TimeKey = "time"
	config.EncodeTime = zapcore.RFC3339NanoTimeEncoder
	encoder := zapcore.NewJSONEncoder(config)
	if terminal {
		config.EncodeTime = zapcore.TimeEncoderOfLayout("15:04:05")
		config.EncodeLevel = zapcore.CapitalLevelEncoder
		encoder = zapcore.NewConsoleEncoder(config)
	}
	return zap.New(zapcore.NewCore(encoder, zapcore.Lock(zapcore.AddSync(w)), from), zap.WithClock(utcClock{zapcore.DefaultClock})), nil
}

// utcClock dates log lines in UTC, so that lines of machines in different zones sort together.
type utcClock struct{ zapcore.Clock }

func (c utcClock) Now() time.Time { return c.Clock.Now().UTC() }
