package main

import (
	"fmt"
	"net"
	"strconv"
)

// A reservation keeps a free port from being handed to anybody else who asks
// the system for one, while the server may still listen on it.
type reservation struct {
	port    int
	release func()
}

// checkPort says clearly that a port can't be listened on, and which flag
// chooses another. The server would find out too, but later and less clearly.
func checkPort(flag, ip string, port int) error {
	listener, err := net.Listen("tcp", net.JoinHostPort(ip, strconv.Itoa(port)))
	if err != nil {
		return fmt.Errorf("can't listen on port %d: %w: stop what uses it, or choose another port with %s (0 is any free one)",
			port, err, flag)
	}
	return listener.Close()
}

// ports are the ports of one server and what keeps them free until it listens.
type ports struct {
	frontend, http, history, matching, worker, ui int

	reserved []reservation
}

// choosePorts checks the ports that were asked for and finds free ones for the
// rest. Call release once the server has stopped or failed to start.
func choosePorts(o *Options) (_ *ports, err error) {
	p := &ports{}
	defer func() {
		if err != nil {
			p.release()
		}
	}()

	if p.frontend, err = p.choose("--port", o.IP, o.Port); err != nil {
		return nil, err
	}
	if !o.Headless {
		if p.ui, err = p.choose("--ui-port", o.UIIP, *o.UIPort); err != nil {
			return nil, err
		}
	}
	if p.http, err = p.free(o.IP); err != nil {
		return nil, err
	}
	for _, port := range []*int{&p.history, &p.matching, &p.worker} {
		if *port, err = p.free(loopback); err != nil {
			return nil, err
		}
	}
	return p, nil
}

func (p *ports) choose(flag, ip string, port int) (int, error) {
	if port == freePort {
		return p.free(ip)
	}
	return port, checkPort(flag, ip, port)
}

func (p *ports) free(ip string) (int, error) {
	r, err := reserve(ip)
	if err != nil {
		return 0, fmt.Errorf("find a free port on %s: %w", ip, err)
	}
	p.reserved = append(p.reserved, r)
	return r.port, nil
}

func (p *ports) release() {
	for _, r := range p.reserved {
		r.release()
	}
	p.reserved = nil
}
