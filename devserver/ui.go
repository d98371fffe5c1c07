package main

import (
	"errors"
	"fmt"
	"net"

	uiserver "github.com/temporalio/ui-server/v2/server"
	uiconfig "github.com/temporalio/ui-server/v2/server/config"
	uioptions "github.com/temporalio/ui-server/v2/server/server_options"
)

// newUI returns a Web UI for a server. It asks nobody but that server: no
// codec, no news, no version check.
func newUI(o *Options, p *ports) *uiserver.Server {
	host := o.UIIP
	if ip := net.ParseIP(host); ip != nil && ip.To4() == nil {
		host = "[" + host + "]"
	}
	return uiserver.NewServer(uioptions.WithConfigProvider(&uiconfig.Config{
		Host:                host,
		Port:                p.ui,
		TemporalGRPCAddress: frontendAddress(o, p),
		DefaultNamespace:    o.Namespaces[0],
		EnableUI:            true,
		// Browsers refuse a secure cookie from plain HTTP.
		CORS:               uiconfig.CORS{CookieInsecure: true},
		DisableNewsFetch:   true,
		NotifyOnNewVersion: false,
		HideLogs:           true,
	}))
}

// runUI serves the Web UI until it is stopped, and reports anything else.
func runUI(ui *uiserver.Server, failed chan<- error) {
	err := ui.Start()
	if err == nil {
		return
	}
	select {
	case failed <- errors.Join(errors.New("the Web UI failed"), err):
	default:
	}
}

// uiURL is where a browser on this machine finds the Web UI; empty if there is
// none.
func uiURL(o *Options, p *ports) string {
	if o.Headless {
		return ""
	}
	return fmt.Sprintf("http://%s", hostPort(reachable(o.UIIP), p.ui))
}
