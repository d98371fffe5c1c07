package notifications

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

func TestGermanTime(t *testing.T) {
	t.Parallel()
	berlin, err := time.LoadLocation("Europe/Berlin")
	require.NoError(t, err)

	require.Equal(t, "Dienstag, 30. März 2027, 10:00 Uhr", germanTime(time.Date(2027, 3, 30, 8, 0, 0, 0, time.UTC).In(berlin)))
	require.Equal(t, "Sonntag, 1. Dezember 2030, 00:05 Uhr", germanTime(time.Date(2030, 11, 30, 23, 5, 0, 0, time.UTC).In(berlin)))
}

func TestGermanDuration(t *testing.T) {
	t.Parallel()

	require.Equal(t, "1 Minute", germanDuration(time.Minute))
	require.Equal(t, "45 Minuten", germanDuration(45*time.Minute))
	require.Equal(t, "1 Stunde", germanDuration(time.Hour))
	require.Equal(t, "2 Stunden 1 Minute", germanDuration(121*time.Minute))
}

func TestGermanList(t *testing.T) {
	t.Parallel()

	require.Empty(t, germanList(nil))
	require.Equal(t, "Ada", germanList([]string{"Ada"}))
	require.Equal(t, "Ada, Bea und Cem", germanList([]string{"Ada", "Bea", "Cem"}))
}
