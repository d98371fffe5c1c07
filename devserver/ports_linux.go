package main

import (
	"fmt"
	"net"
	"os"
	"syscall"
)

// reserve binds a socket to a free port and never listens on it. As long as it
// is open, Linux gives the port neither to another socket that asks for any
// port nor to an outgoing connection; but a socket that names the port, sets
// SO_REUSEADDR (as Go does) and listens, gets it.
func reserve(ip string) (reservation, error) {
	family, address := sockaddr(net.ParseIP(ip))
	fd, err := syscall.Socket(family, syscall.SOCK_STREAM|syscall.SOCK_CLOEXEC, 0)
	if err != nil {
		return reservation{}, os.NewSyscallError("socket", err)
	}
	release := func() { _ = syscall.Close(fd) }

	port, err := bind(fd, address)
	if err != nil {
		release()
		return reservation{}, err
	}
	return reservation{port, release}, nil
}

func bind(fd int, address syscall.Sockaddr) (int, error) {
	if err := syscall.SetsockoptInt(fd, syscall.SOL_SOCKET, syscall.SO_REUSEADDR, 1); err != nil {
		return 0, os.NewSyscallError("setsockopt", err)
	}
	if err := syscall.Bind(fd, address); err != nil {
		return 0, os.NewSyscallError("bind", err)
	}
	bound, err := syscall.Getsockname(fd)
	if err != nil {
		return 0, os.NewSyscallError("getsockname", err)
	}
	switch bound := bound.(type) {
	case *syscall.SockaddrInet4:
		return bound.Port, nil
	case *syscall.SockaddrInet6:
		return bound.Port, nil
	default:
		return 0, fmt.Errorf("bound to %T", bound)
	}
}

func sockaddr(ip net.IP) (int, syscall.Sockaddr) {
	if v4 := ip.To4(); v4 != nil {
		return syscall.AF_INET, &syscall.SockaddrInet4{Addr: [4]byte(v4)}
	}
	return syscall.AF_INET6, &syscall.SockaddrInet6{Addr: [16]byte(ip.To16())}
}
