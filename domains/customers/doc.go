// Package customers is the domain of people: who is calling, who may do what, and
// what is known about a person. It neither books nor sends.
package customers
