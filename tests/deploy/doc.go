// Package deploy checks the compose file and the images as far as that goes
// without a container engine: with the loader of docker compose, and with the
// rules of docker build --check. It is a module of its own, so that both stay out
// of Herald's.
package deploy
