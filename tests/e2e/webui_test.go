package e2e

import (
	"context"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/chromedp"
	"github.com/stretchr/testify/require"

	"github.com/herald-bus/herald/events"
	"github.com/herald-bus/herald/workflows"
)

// TestTheWebUIShowsTheDelivery opens the Web UI in a real browser: an event's
// workflow with its summaries, the failed listener with its error, the child.
func TestTheWebUIShowsTheDelivery(t *testing.T) {
	t.Parallel()
	browser := openBrowser(t)
	created := booking(newID())
	shared.fail(t, created.AppointmentID, -1, http.StatusUnprocessableEntity)
	story := shared.settled(t, shared.publish(t, created).EventID)
	require.Equal(t, events.Failed, story.Status)
	url := story.URL(shared.server.UI, shared.server.Namespace)

	see(browser, t, url, "history",
		"appointment.created", created.AppointmentID, // the static summary names both
		"calendarsync.push-new-appointment",                                    // the failed activity, by its name
		"notifications.require-confirmation",                                   // the sync listener, in its marker's summary
		"listeners failed: calendarsync.push-new-appointment", "422", "Failed", // the outcome and the vendor's answer
	)
	see(browser, t, strings.TrimSuffix(url, "/history")+"/relationships", "relationships",
		"notification.confirmation_required")
	see(browser, t, shared.server.UI+"/namespaces/"+shared.server.Namespace+"/workflows", "list",
		workflows.WorkflowID(story.EventID), "appointment.created", "Failed")
}

// see opens a page and waits until it shows every text. With HERALD_SCREENSHOTS it
// leaves a picture there.
func see(browser context.Context, t *testing.T, url, name string, texts ...string) {
	t.Helper()
	const patience, interval = 60 * time.Second, 200 * time.Millisecond
	ctx, cancel := context.WithTimeout(browser, patience)
	defer cancel()
	require.NoError(t, chromedp.Do(ctx, chromedp.Navigate(url)))
	ticker := time.NewTicker(interval)
	defer ticker.Stop()
	for {
		shown, err := chromedp.Run(ctx, chromedp.Evaluate[string]("document.body.innerText"))
		missing := ""
		for _, text := range texts {
			if !strings.Contains(strings.ToLower(shown), strings.ToLower(text)) { // the UI styles some in capitals
				missing = text
			}
		}
		if err == nil && missing == "" {
			break
		}
		select {
		case <-ticker.C:
		case <-ctx.Done():
			picture(browser, t, name)
			require.FailNow(t, "the page does not show it", "%s: %q is missing (%v) in:\n%s", url, missing, err, shown)
		}
	}
	picture(browser, t, name)
}

func picture(browser context.Context, t *testing.T, name string) {
	t.Helper()
	dir := os.Getenv("HERALD_SCREENSHOTS")
	if dir == "" {
		return
	}
	png, err := chromedp.Run(browser, chromedp.CaptureScreenshot())
	require.NoError(t, err)
	require.NoError(t, os.WriteFile(filepath.Join(dir, name+".png"), png, 0o600))
}

// openBrowser starts headless Chromium; where there is none, the test is skipped,
// but for CI, which installs it.
func openBrowser(t *testing.T) context.Context {
	t.Helper()
	path := ""
	for _, name := range []string{"chromium", "chromium-browser", "google-chrome"} {
		if found, err := exec.LookPath(name); err == nil {
			path = found
			break
		}
	}
	if path == "" {
		require.Empty(t, os.Getenv("CI"), "no browser was found: CI installs one")
		t.Skip("no browser was found: install Debian's package chromium")
	}
	options := []chromedp.ExecAllocatorOption{
		chromedp.ExecPath(path), chromedp.NoSandbox,
		chromedp.Flag("headless", "new"), chromedp.Flag("disable-gpu", true), chromedp.Flag("disable-quic", true),
		chromedp.Flag("no-first-run", true), chromedp.Flag("disable-background-networking", true),
		chromedp.Flag("disable-component-update", true), chromedp.Flag("disable-sync", true), chromedp.Flag("window-size", "1500,1400"),
	}
	allocator, cancel := chromedp.NewExecAllocator(t.Context(), options...)
	t.Cleanup(cancel)
	browser, closeBrowser := chromedp.NewContext(allocator)
	t.Cleanup(closeBrowser)
	// The first action starts the browser and must carry no deadline of its own.
	require.NoError(t, chromedp.Do(browser))
	return browser
}
