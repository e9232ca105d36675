package offers_test

import (
	"fmt"

	"osusume/internal/ids"
)

const (
	day = int64(24 * 60 * 60 * 1000)
	now = 20_000 * day // 2024-10-04, morning in Tokyo
)

func sku(i int) ids.SKU { return ids.SKU(fmt.Sprintf("S%06d", i)) }

func tokyo(int64) int { return 9 * 60 * 60 }
