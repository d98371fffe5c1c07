package main

import (
	"fmt"
	"io"
	"log/slog"
	"net"
	"path/filepath"
	"strings"

	enumspb "go.temporal.io/api/enums/v1"
	"go.temporal.io/server/common/dynamicconfig"
)

// freePort asks for any free port.
const freePort = 0

// logNever is above every level, so nothing is logged.
const logNever = slog.Level(100)

// Options say what kind of server to start. The zero value is not ready for
// use: start from [defaultOptions] or [parseOptions].
type Options struct {
	// IP is where the server listens; Port may be 0 for any free port.
	IP   string
	Port int
	// UIIP and UIPort are the same for the Web UI. An empty UIIP means IP.
	// A nil UIPort means Port + 1000, or any free port if Port is 0.
	UIIP     string
	UIPort   *int
	Headless bool
	// DBFilename is the database file; empty keeps everything in memory.
	DBFilename string
	// Namespaces exist once the server is ready, and "default" always does.
	Namespaces []string
	// SearchAttributes exist in each of the Namespaces.
	SearchAttributes map[string]enumspb.IndexedValueType
	// DynamicConfig overrides the values of [defaults].
	DynamicConfig dynamicconfig.ConfigValueMap
	// LogLevel is the least severe level logged; LogLevelSet says that
	// somebody chose it, so it also holds for the noise of a shutdown.
	LogLevel    slog.Level
	LogLevelSet bool
	LogJSON     bool
	LogOutput   io.Writer
}

// defaultOptions returns what devserver does without a flag.
func defaultOptions() Options {
	return Options{
		IP:               "127.0.0.1",
		Port:             7233,
		SearchAttributes: map[string]enumspb.IndexedValueType{},
		DynamicConfig:    dynamicconfig.ConfigValueMap{},
		LogLevel:         slog.LevelError,
		LogOutput:        io.Discard,
	}
}

// complete fills in what follows from other options, and checks what can only
// be checked together.
func (o *Options) complete() error {
	if o.UIIP == "" {
		o.UIIP = o.IP
	}
	if o.UIPort == nil {
		port := o.Port + 1000
		if o.Port == freePort || port > 65535 {
			port = freePort
		}
		o.UIPort = &port
	}
	if !o.Headless && o.Port != freePort && *o.UIPort == o.Port {
		return &usageError{"--ui-port", fmt.Sprint(o.Port), "it is also the value of --port: choose another, or 0 for any free port"}
	}
	if len(o.Namespaces) == 0 {
		o.Namespaces = []string{defaultNamespace}
	}
	if o.DBFilename != "" {
		path, err := filepath.Abs(o.DBFilename)
		if err != nil {
			return fmt.Errorf("find the database file %s: %w", o.DBFilename, err)
		}
		o.DBFilename = path
	}
	return nil
}

// allNamespaces returns the namespaces asked for and "default", each once.
func (o *Options) allNamespaces() []string {
	var all []string
	seen := map[string]bool{}
	for _, name := range append(append([]string{}, o.Namespaces...), defaultNamespace) {
		if !seen[name] {
			seen[name] = true
			all = append(all, name)
		}
	}
	return all
}

// parseIP understands what the server does: an IP address, not a host name,
// except for the one host name that everybody writes.
func parseIP(value string) (string, error) {
	if strings.EqualFold(value, "localhost") {
		return "127.0.0.1", nil
	}
	ip := net.ParseIP(value)
	if ip == nil {
		return "", fmt.Errorf("not an IP address: use 127.0.0.1 for this machine only, 0.0.0.0 for all interfaces")
	}
	return ip.String(), nil
}

// reachable returns the address under which this machine finds a server that
// listens on ip.
func reachable(ip string) string {
	switch parsed := net.ParseIP(ip); {
	case parsed == nil || !parsed.IsUnspecified():
		return ip
	case parsed.To4() != nil:
		return "127.0.0.1"
	default:
		return "::1"
	}
}
