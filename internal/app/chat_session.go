package app

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"strconv"
	"strings"
	"time"

	"golang.org/x/text/unicode/norm"

	"osusume/dialog"
	"osusume/internal/linesim"
)

// chatPatience is how long an answer may take; answers take milliseconds, so more means that something is wrong.
const chatPatience = 10 * time.Second

// chatSession is one person's conversation with the bot, line by line.
type chatSession struct {
	sim     *linesim.Sim
	user    string
	screen  *chatScreen
	script  bool
	handed  bool // the conversation was handed to staff
	earlier []linesim.Button
	// patience and staffPatience bound the wait for an answer; the second while staff own the conversation and silence
	// is what the person asked for.
	patience, staffPatience time.Duration
}

// newChatSession begins with nothing said.
func newChatSession(sim *linesim.Sim, user string, script bool, screen *chatScreen) *chatSession {
	return &chatSession{
		sim: sim, user: user, script: script, screen: screen, patience: chatPatience, staffPatience: 1500 * time.Millisecond,
	}
}

// errNoAnswer ends a script at the first silence.
var errNoAnswer = errors.New("no answer came within 10 seconds")

// play reads lines until they end and does what each says.
func (c *chatSession) play(ctx context.Context, in io.Reader, prompt string) error {
	lines, failure := readLines(ctx, in)
	for {
		if prompt != "" {
			fmt.Fprint(c.screen.out, prompt)
		}
		select {
		case <-ctx.Done():
			fmt.Fprintln(c.screen.out)
			return nil
		case line, more := <-lines:
			if !more {
				if prompt != "" {
					fmt.Fprintln(c.screen.out)
				}
				return <-failure
			}
			err := c.line(ctx, line)
			if c.screen.closed() {
				return nil // whoever was reading has gone, as with | head
			}
			if err != nil {
				if c.script {
					return err
				}
				fmt.Fprintln(c.screen.out, c.explain(err))
			}
		}
	}
}

// readLines reads in a goroutine of its own, since a read from a terminal cannot be interrupted.
func readLines(ctx context.Context, in io.Reader) (lines <-chan string, failure <-chan error) {
	out, failed := make(chan string), make(chan error, 1)
	go func() {
		defer close(out)
		r := bufio.NewReader(in)
		for first := true; ; first = false {
			text, err := r.ReadString('\n')
			if first {
				text = strings.TrimPrefix(text, "\ufeff")
			}
			if text != "" {
				select {
				case out <- strings.ToValidUTF8(strings.TrimRight(text, "\r\n"), "\ufffd"):
				case <-ctx.Done():
					failed <- nil
					return
				}
			}
			if err != nil {
				if errors.Is(err, io.EOF) {
					err = nil
				}
				failed <- err
				return
			}
		}
	}()
	return out, failed
}

func (c *chatSession) explain(err error) string {
	if errors.Is(err, errNoAnswer) {
		return c.screen.say("（10秒待ちましたが、返事が来ませんでした。）", "(No answer came within 10 seconds.)")
	}
	return "(" + err.Error() + ")"
}

// line is one line of a person or a script: words, or a button by number or label.
func (c *chatSession) line(ctx context.Context, text string) error {
	text = strings.TrimSpace(text)
	if text == "" || (c.script && strings.HasPrefix(text, "#")) {
		return nil
	}
	b, pressed, err := c.pressed(text)
	if err != nil {
		return err
	}
	if !pressed {
		c.echo(text)
		return c.wait(ctx, c.sim.SendText(c.user, text).ID, handsOver(text))
	}
	c.echo("[" + b.Label + "]")
	event, ok := c.sim.PressButton(c.user, b)
	if !ok {
		fmt.Fprintf(c.screen.out, "  (%s %s)\n\n", c.screen.say("開くページ：", "opens"), b.URI)
		return nil
	}
	return c.wait(ctx, event.ID, handsOver(b.Label) || handsOver(b.Text))
}

// echo shows a script's lines; a person sees what they typed.
func (c *chatSession) echo(text string) {
	if c.script {
		fmt.Fprintf(c.screen.out, "> %s\n", text)
	}
}

// pressed says which button a line means. A number without a button of that number is words.
func (c *chatSession) pressed(text string) (b linesim.Button, ok bool, err error) {
	folded := norm.NFKC.String(text)
	inner, bracketed := strings.CutPrefix(folded, "[")
	if bracketed {
		if inner, bracketed = strings.CutSuffix(inner, "]"); !bracketed {
			return b, false, nil
		}
	} else {
		inner = folded
	}
	inner = strings.TrimSpace(inner)
	if n, bad := strconv.Atoi(inner); bad == nil {
		if n >= 1 && n <= len(c.screen.buttons) {
			return c.screen.buttons[n-1], true, nil
		}
		if bracketed {
			return b, false, fmt.Errorf("there is no button [%d]; the last answer has %d", n, len(c.screen.buttons))
		}
		return b, false, nil
	}
	if !bracketed {
		return b, false, nil
	}
	// The newest answer first; older bubbles can still be pressed, as in LINE. Quick replies go when something follows.
	for _, buttons := range [][]linesim.Button{c.screen.buttons, c.earlier} {
		for _, b := range buttons {
			if norm.NFKC.String(b.Label) == inner {
				return b, true, nil
			}
		}
	}
	return b, false, fmt.Errorf("there is no button [%s]", inner)
}

// handsOver says whether words ask for a person, after whom the bot is silent.
func handsOver(text string) bool {
	switch dialog.Recognise(text).Intent {
	case dialog.Human, dialog.Complaint:
		return true
	}
	return false
}

// wait prints the answer to an event.
func (c *chatSession) wait(ctx context.Context, eventID string, handsOver bool) error {
	patience := c.patience
	if c.handed {
		patience = c.staffPatience
	}
	limited, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	messages, err := c.sim.WaitReply(limited, eventID)
	switch {
	case ctx.Err() != nil:
		return nil
	case err != nil && c.handed:
		fmt.Fprintf(c.screen.out, "  (%s)\n\n", c.screen.say(
			"担当者に引き継いだため、自動の返事はありません。", "Staff have taken over, so the bot stays silent."))
		return nil
	case err != nil:
		return errNoAnswer
	}
	c.handed = c.handed || handsOver
	c.show(messages)
	return nil
}

func (c *chatSession) show(messages []linesim.Message) {
	var kept []linesim.Button
	for _, b := range c.screen.buttons {
		if !b.Quick {
			kept = append(kept, b)
		}
	}
	c.earlier = append(kept, c.earlier...)
	c.screen.answer(messages)
}
