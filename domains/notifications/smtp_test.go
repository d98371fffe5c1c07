package notifications_test

import (
	"bufio"
	"fmt"
	"net"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"github.com/wneessen/go-mail"

	"github.com/herald-bus/herald/domains/notifications"
	"github.com/herald-bus/herald/events"
)

// answers are what the server in these tests says to a command; "" hangs up.
type answers map[string]string

// serve talks SMTP to one client and returns its address and what it was sent.
func serve(t *testing.T, special answers) (address string, got <-chan string) {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	t.Cleanup(func() { _ = listener.Close() })
	messages := make(chan string, 1)
	go func() {
		defer close(messages)
		conn, err := listener.Accept()
		if err != nil {
			return
		}
		defer conn.Close()
		converse(conn, special, messages)
	}()
	return listener.Addr().String(), messages
}

func converse(conn net.Conn, special answers, messages chan<- string) {
	fmt.Fprint(conn, "220 mail.herald.example\r\n")
	lines := bufio.NewScanner(conn)
	for lines.Scan() {
		verb := strings.ToUpper(strings.Fields(lines.Text() + " x")[0])
		answer, ok := special[verb]
		switch {
		case ok && answer == "":
			return
		case ok:
		case verb == "EHLO":
			answer = "250-mail.herald.example\r\n250 ENHANCEDSTATUSCODES"
		case verb == "DATA":
			fmt.Fprint(conn, "354 go on\r\n")
			var message strings.Builder
			for lines.Scan() && lines.Text() != "." {
				message.WriteString(lines.Text() + "\n")
			}
			messages <- message.String()
			answer = "250 2.0.0 taken"
			if end, ok := special["."]; ok {
				answer = end
			}
		default:
			answer = "250 2.0.0 fine"
		}
		fmt.Fprint(conn, answer+"\r\n")
		if verb == "QUIT" {
			return
		}
	}
}

func send(t *testing.T, address string) error {
	t.Helper()
	config := configIn(t.TempDir())
	config.SMTPAddr, config.SMTPTLS = address, "none"
	mailer, err := notifications.NewMailer(config)
	require.NoError(t, err)
	require.Equal(t, notifications.BySMTP, mailer.Way())
	message, err := notifications.Confirmation(config, required(), "mia@kunden.example", "key", booked)
	require.NoError(t, err)
	return mailer.Send(t.Context(), "key", message)
}

func TestSMTPSends(t *testing.T) {
	t.Parallel()
	address, got := serve(t, nil)

	require.NoError(t, send(t, address))

	require.Contains(t, <-got, "\nTo: <mia@kunden.example>\n")
}

func TestSMTPRefusals(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name      string
		says      answers
		permanent bool
		text      string
	}{
		{"nobody lives there", answers{"RCPT": "550 5.1.1 <mia@kunden.example> unknown"}, true, "550 5.1.1"},
		{"greylisted", answers{"RCPT": "451 4.7.1 <mia@kunden.example> come back"}, false, "451 4.7.1"},
		{"content refused", answers{".": "554 5.6.0 no"}, true, "554 5.6.0"},
		{"full", answers{".": "452 4.3.1 disk full"}, false, "452 4.3.1"},
		{"hung up", answers{"RCPT": ""}, false, "broke"},
		{"no greeting", answers{"EHLO": "", "HELO": ""}, false, "reach the mail server"},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			address, _ := serve(t, c.says)

			err := send(t, address)

			require.ErrorContains(t, err, c.text)
			require.Equal(t, c.permanent, events.IsPermanent(err), err)
			require.NotContains(t, err.Error(), "mia@", "errors are shown to many")
		})
	}
}

func TestSMTPTakenIsSent(t *testing.T) {
	t.Parallel()
	for _, verb := range []string{"QUIT", "RSET"} {
		address, got := serve(t, answers{verb: ""})

		require.NoError(t, send(t, address), "the server had taken the message when it hung up")

		require.NotEmpty(t, <-got)
	}
}

func TestSMTPDemandsTLSUnlessToldOtherwise(t *testing.T) {
	t.Parallel()
	address, got := serve(t, nil)
	config := configIn(t.TempDir())
	config.SMTPAddr = address
	mailer, err := notifications.NewMailer(config)
	require.NoError(t, err)
	message := mail.NewMsg()
	require.NoError(t, message.From(config.MailFrom))
	require.NoError(t, message.To("mia@kunden.example"))

	err = mailer.Send(t.Context(), "key", message)

	require.ErrorContains(t, err, "STARTTLS")
	require.False(t, events.IsPermanent(err))
	require.Empty(t, <-got)
}

func TestMailerRefusesAConfigurationThatCannotWork(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name, says string
		change     func(*notifications.Config)
	}{
		{"sender", "HERALD_MAIL_FROM", func(c *notifications.Config) { c.MailFrom = "Salon" }},
		{"no port", "host:port", func(c *notifications.Config) { c.SMTPAddr = "mail.herald.example" }},
		{"named port", "port's number", func(c *notifications.Config) { c.SMTPAddr = "mail.herald.example:smtp" }},
		{"TLS", "HERALD_SMTP_TLS", func(c *notifications.Config) { c.SMTPAddr, c.SMTPTLS = "mail.herald.example:587", "maybe" }},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			config := configIn(t.TempDir())
			c.change(&config)

			_, err := notifications.NewMailer(config)

			require.ErrorContains(t, err, c.says)
		})
	}
}
