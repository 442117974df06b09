package asl

// Machine is a checked, linked and compiled state machine. It is never changed
// after Parse and safe for concurrent use.
type Machine struct {
	Comment        string
	TimeoutSeconds int // of a whole execution; 0 means none
	Scope          *Scope
	States         []*State // every state of every scope; State.Index is the position here
}

// Scope is a set of states that transition among each other: the machine, a
// branch of a Parallel state or the processor of a Map state. Variables live
// in a scope; inner scopes read those of outer ones.
type Scope struct {
	Start  *State
	States []*State // in the order of the document

	names   map[string]*State
	parent  *State // the Parallel or Map state this scope belongs to
	startAt *node
	pointer string
	pos     int // of States
}

// Type is a state's type.
type Type string

// The state types.
const (
	Pass     Type = "Pass"
	Task     Type = "Task"
	Choice   Type = "Choice"
	Wait     Type = "Wait"
	Parallel Type = "Parallel"
	Map      Type = "Map"
	Succeed  Type = "Succeed"
	Fail     Type = "Fail"
)

// State is one state. Fields that its type or language does not have are zero.
// Where the two languages have fields for the same purpose, such as Arguments
// and Parameters or Seconds and SecondsPath, they are one here.
type State struct {
	Name     string // unique in the machine
	Index    int
	Type     Type
	Language Language

	Next *State // nil when the state ends its scope
	End  bool

	Assign Assign // variables set on leaving
	Output *Value // JSONata; nil: the default of the type

	InputPath      *Value      // JSONPath; nil: the whole input; for all that follows, $ is what it yields
	Result         *Value      // JSONPath, Pass; nil: what Arguments yields
	ResultSelector *Value      // JSONPath; nil: the whole result
	ResultPath     *ResultPath // JSONPath; nil: the result replaces the input
	OutputPath     *Value      // JSONPath; nil: everything

	Arguments *Value   // Task, Parallel; with JSONPath also Pass
	Resource  Resource // Task
	Timeout   *Value   // Task: seconds
	Heartbeat *Value   // Task: seconds
	Retry     []Retrier
	Catch     []Catcher

	Rules   []Rule // Choice
	Default *State // Choice; nil: no match is an error

	Seconds   *Value // Wait: a number
	Timestamp *Value // Wait: an RFC 3339 time

	Error *Value // Fail: a string
	Cause *Value // Fail: a string

	Branches       []*Scope // Parallel
	Items          *Value   // Map; nil: the input
	ItemSelector   *Value   // Map; nil: the item
	Processor      *Scope   // Map
	MaxConcurrency *Value   // Map: a number; nil or 0: no limit

	scope   *Scope
	pointer string
	pos     int
	edges   []edge
}

// Assign sets variables; all expressions see the values before the assignment.
type Assign []Assignment

// Assignment gives one variable a value.
type Assignment struct {
	Name  string
	Value *Value
}

// Rule is one rule of a Choice.
type Rule struct {
	Condition *Value // JSONata: yields a boolean
	Test      *Test  // JSONPath
	Assign    Assign
	Output    *Value
	Next      *State
}

// Retrier says how often and when to try again after certain errors.
type Retrier struct {
	ErrorEquals     []string
	IntervalSeconds float64
	BackoffRate     float64
	MaxAttempts     int
	MaxDelaySeconds float64 // 0 means no cap
	FullJitter      bool
}

// Catcher says where to go on after certain errors.
type Catcher struct {
	ErrorEquals []string
	Assign      Assign
	Output      *Value      // JSONata
	ResultPath  *ResultPath // JSONPath: where the error output goes in the input
	Next        *State
}

// edge is a possible transition, with the variables that it sets.
type edge struct {
	target  string
	assign  Assign
	state   **State // where the link goes
	pointer string
	pos     int
}

// Pointer is the state's JSON pointer in the definition.
func (s *State) Pointer() string { return s.pointer }

// Position is the byte offset of the state in the definition.
func (s *State) Position() int { return s.pos }
