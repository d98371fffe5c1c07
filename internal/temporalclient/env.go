package temporalclient

import "go.temporal.io/sdk/contrib/envconfig"

// environment is a lookup as envconfig wants it. It needs the whole list only
// for gRPC headers, which a lookup by name can't give; the process's own list
// serves then.
type environment struct {
	envconfig.EnvLookup
	get func(name string) (string, bool)
}

func (e environment) LookupEnv(name string) (string, bool) { return e.get(name) }

func lookup(get func(name string) (string, bool)) envconfig.EnvLookup {
	if get == nil {
		return nil
	}
	return environment{envconfig.EnvLookupOS, get}
}
