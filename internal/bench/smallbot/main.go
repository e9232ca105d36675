// Command smallbot is the yardstick of `make bench`: the smallest bot on LINE's official SDK that answers each event with
// one fixed carousel. It remembers nothing, decides nothing and survives nothing; no bot on this SDK can be quicker.
package main

import (
	"encoding/json"
	"flag"
	"fmt"
	"net"
	"net/http"
	"os"
	"time"

	"github.com/line/line-bot-sdk-go/v8/linebot/messaging_api"
	"github.com/line/line-bot-sdk-go/v8/linebot/webhook"
)

func main() {
	if err := run(); err != nil {
		fmt.Fprintln(os.Stderr, "smallbot:", err)
		os.Exit(1)
	}
}

func run() error {
	secret := flag.String("secret", "", "channel secret")
	token := flag.String("token", "", "channel access token")
	api := flag.String("api", "", "base URL of the Messaging API")
	carousel := flag.String("carousel", "", "file with the Flex message to answer with")
	flag.Parse()

	raw, err := os.ReadFile(*carousel)
	if err != nil {
		return err
	}
	var fixed struct {
		AltText  string          `json:"altText"`
		Contents json.RawMessage `json:"contents"`
	}
	if err := json.Unmarshal(raw, &fixed); err != nil {
		return err
	}
	contents, err := messaging_api.UnmarshalFlexContainer(fixed.Contents)
	if err != nil {
		return err
	}
	answer := []messaging_api.MessageInterface{&messaging_api.FlexMessage{AltText: fixed.AltText, Contents: contents}}
	client, err := messaging_api.NewMessagingApiAPI(*token, messaging_api.WithEndpoint(*api), messaging_api.WithHTTPClient(&http.Client{
		Timeout:   5 * time.Second,
		Transport: &http.Transport{MaxIdleConnsPerHost: 512, MaxIdleConns: 512},
	}))
	if err != nil {
		return err
	}
	reply := func(replyToken string) {
		if _, err := client.ReplyMessage(&messaging_api.ReplyMessageRequest{ReplyToken: replyToken, Messages: answer}); err != nil {
			fmt.Fprintln(os.Stderr, "smallbot: a reply was refused")
		}
	}
	http.HandleFunc("/callback", func(w http.ResponseWriter, r *http.Request) {
		request, err := webhook.ParseRequest(*secret, r)
		if err != nil {
			w.WriteHeader(http.StatusBadRequest)
			return
		}
		for _, event := range request.Events {
			switch e := event.(type) {
			case webhook.MessageEvent:
				reply(e.ReplyToken)
			case webhook.PostbackEvent:
				reply(e.ReplyToken)
			case webhook.FollowEvent:
				reply(e.ReplyToken)
			}
		}
	})
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return err
	}
	fmt.Printf("http://%s\n", listener.Addr())
	return http.Serve(listener, nil) //nolint:gosec // the yardstick is meant to be minimal
}
