//go:build !linux

package main

import "net"

// reserve finds a free port and lets go of it: elsewhere than on Linux a bound
// socket would keep the server out too, but free ports are handed out in turn,
// so the same one does not come up again soon.
func reserve(ip string) (reservation, error) {
	listener, err := net.Listen("tcp", net.JoinHostPort(ip, "0"))
	if err != nil {
		return reservation{}, err
	}
	port := listener.Addr().(*net.TCPAddr).Port
	return reservation{port, func() {}}, listener.Close()
}
