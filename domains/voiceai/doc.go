// Package voiceai is the domain of telephone calls that an agent answers.
//
// It owns nothing yet: calls are published by whoever takes them.
//
// It announces
//   - call.started
//
// It reacts to nothing.
package voiceai
