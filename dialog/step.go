package dialog

// Step gives the next state and what is to be done when the event happens to a conversation in the state. It is total:
// every state takes every event. It never grants by words, and no effect that uses purchases leaves it without a grant.
func Step(state State, event Event, facts Facts) (State, []Effect) {
	return state, nil
}
