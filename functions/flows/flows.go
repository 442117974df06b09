// Package flows publishes, starts, steers and resumes flows.
//
// # The life of a flow
//
//	draft ──publish──▸ published ──pause──▸ paused
//	                    ▴  ▴  │  ◂─(drained)─ draining ◂─resume─┘
//	                    │  │  └──stop──▸ stopped ──resume or publish──▸ draining
//	              publish  roll back
//
// A draft is a document that nobody published; Orderloom does not keep it. What
// is published has three kinds of facts, each with one owner in the table:
//
//   - which versions there are and which is live: package flow/registry;
//   - what a person told the flow, and who waits because of it: package flow/steer;
//   - which orders it runs for: Status.Runs of each order, and Step Functions.
//
// Repository-owned flows have no versions here, deployments make theirs; they are
// paused and stopped like any other, for that is operating them, not changing them.
//
// # What holds at any time
//
//  1. A version never changes. Running orders stay on the machine's version that
//     they were started on; new ones start through the machine's alias, which
//     follows what is live.
//  2. An order that passes the filters of a live flow has a run of it, or stands
//     in its queue, or is noted as left out, once flows/start has returned.
//  3. It has one run: the run is claimed in the order before it is started, and
//     its name is the execution's, so starting it again starts nothing.
//  4. While a flow is paused no step of it begins, Memory of a process aside, and
//     no step that waits for that counts as failed.
//  5. Whoever waits because of a pause goes on when it ends, in order, once.
//
// # After a crash between two writes
//
//   - Machine published, not released: a version that no order runs on; the next
//     publication makes another.
//   - Released, alias not routed: the mark in the registry; flows/watch routes it.
//   - Run claimed, not started: the event, or the queue's item, is still there and
//     starts it.
//   - Started, still in the queue: started again, which is nothing, and taken off.
//   - Told to resume, nobody drains: flows/drain looks every minute.
//   - A share of the drain's budget taken, not used: the rest goes on next time.
//   - A step answered (one transaction with its leaving the list): the table's
//     stream wakes it.
package flows
