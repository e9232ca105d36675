package bot_test

import (
	"strings"
	"testing"

	"osusume/bot"
	"osusume/offers"
)

// topicEngine notes what each request was about.
type topicEngine struct {
	shopEngine
	topics *[]string
}

func (e topicEngine) Recommend(r offers.Request) offers.Decision {
	*e.topics = append(*e.topics, r.Topic)
	return e.shopEngine.Recommend(r)
}

func TestTheTopicOfARequestIsRememberedButNotReadable(t *testing.T) {
	t.Parallel()
	var topics []string
	s := newStage(t, func(c *bot.WorkerConfig) {
		c.Engine = func() bot.Engine { return topicEngine{topics: &topics} }
	})
	s.say(alice, "ないしょの土瓶に合うものはありますか？")
	s.say(alice, "ほかには？")
	if len(topics) != 2 || !strings.Contains(topics[0], "土瓶") || topics[1] != topics[0] {
		t.Fatalf("the requests were about %q", topics)
	}
	if stored := s.memory.people[s.ring.Subject(alice)].conversation.Topic; stored == "" || strings.Contains(stored, "土瓶") {
		t.Errorf("the words rest as %q", stored)
	}
}
