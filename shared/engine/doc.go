// Package engine runs state machines as AWS Step Functions does, durably, on
// one machine.
//
// An execution is the sum of its history: every change of its state is an
// event, and applying the events in order rebuilds it. One stimulus (a start, a
// task's result, a timer, an answered token) makes one turn: the interpreter
// runs every branch until each of them waits for something, and the events of
// the turn go to the log as one record, all or nothing. Only then do its
// effects happen: tasks are invoked, callers get their answers. So after
// kill -9 each execution stands where its last record left it: a task without a
// recorded result is invoked again with the same input, a timer that passed
// fires at once, a token stays valid.
//
// An execution that failed can be redriven: its history, without the failure at
// the end, is where it goes on. A task that waits for an execution which it has
// started (states:startExecution.sync) is linked to it by both histories.
//
// What waits for the world is small: values in their decoded form exist while a
// turn runs, between turns there is only their JSON. While the disk is full
// nothing is acknowledged and callers are told why; what executions have done
// waits with its effects and goes on when there is room. AWS's limits hold:
// 25,000 events, 256 KiB, a year (five minutes for Express), and an expression
// gets five seconds at most.
//
// Executions of Express machines live in memory only and are lost with the
// process, as their callers must expect.
package engine
