package engine

// Codes of the faults that the engine returns: AWS's names, so that the wire
// protocol passes them on.
const (
	ErrExecutionAlreadyExists = "ExecutionAlreadyExists"
	ErrExecutionDoesNotExist  = "ExecutionDoesNotExist"
	ErrInvalidArn             = "InvalidArn"
	ErrInvalidDefinition      = "InvalidDefinition"
	ErrInvalidInput           = "InvalidExecutionInput"
	ErrInvalidName            = "InvalidName"
	ErrInvalidOutput          = "InvalidOutput"
	ErrInvalidToken           = "InvalidToken"
	ErrMachineAlreadyExists   = "StateMachineAlreadyExists"
	ErrMachineDeleting        = "StateMachineDeleting"
	ErrMachineDoesNotExist    = "StateMachineDoesNotExist"
	ErrMachineType            = "StateMachineTypeNotSupported"
	ErrTaskTimedOut           = "TaskTimedOut"
	ErrTaskDoesNotExist       = "TaskDoesNotExist"
	ErrResourceNotFound       = "ResourceNotFound"
	ErrNotRedrivable          = "ExecutionNotRedrivable"
	ErrMissingParameter       = "MissingRequiredParameter"
	ErrTooManyTags            = "TooManyTags"
	ErrQuota                  = "ServiceQuotaExceededException"
	ErrConflict               = "ConflictException"
	ErrValidation             = "ValidationException"
	ErrPageToken              = "InvalidToken"
	ErrUnavailable            = "ServiceUnavailable" // the log cannot be written; nothing is accepted any more
)
