package engine

// everythingByPath does what everything does, in JSONPath.
const everythingByPath = `{"StartAt":"First","States":{
 "First":{"Type":"Task","Resource":"arn:aws:states:::lambda:invoke","Parameters":{"FunctionName":"echo","Payload":{"n.$":"$.n"}},
  "Assign":{"n.$":"$.Payload.n"},"ResultSelector":{"first.$":"$.Payload.n"},"Next":"Both"},
 "Both":{"Type":"Parallel","Next":"Each","Assign":{"both.$":"$"},"ResultSelector":{"list":["a","b","c"]},"Branches":[
  {"StartAt":"Rest","States":{"Rest":{"Type":"Wait","InputPath":"$.first","Seconds":30,"Next":"Rested"},"Rested":{"Type":"Pass","Parameters":{"n.$":"States.MathAdd($n, 63)"},"OutputPath":"$.n","End":true}}},
  {"StartAt":"Flaky","States":{"Flaky":{"Type":"Task","Resource":"arn:aws:states:::lambda:invoke","Parameters":{"FunctionName":"flaky","Payload.$":"$$.State.RetryCount"},
   "OutputPath":"$.Payload","Retry":[{"ErrorEquals":["Busy"],"IntervalSeconds":5,"MaxAttempts":4}],"End":true}}}]},
 "Each":{"Type":"Map","MaxConcurrency":2,"InputPath":"$.list","ItemSelector":{"v.$":"States.Format('{}{}', $$.Map.Item.Value, $$.Map.Item.Index)"},"ResultPath":"$.each","Next":"Ask",
  "Assign":{"each.$":"$"},
  "ItemProcessor":{"StartAt":"One","States":{"One":{"Type":"Task","Resource":"arn:aws:lambda:us-east-1:000000000000:function:echo","Assign":{"own.$":"$.v"},"Next":"Two"},
   "Two":{"Type":"Pass","Parameters":{"v.$":"States.Format('{}!', $own)"},"OutputPath":"$.v","End":true}}}},
 "Ask":{"Type":"Task","Resource":"arn:aws:states:::lambda:invoke.waitForTaskToken","Parameters":{"FunctionName":"ask","Payload":{"token.$":"$$.Task.Token"}},
  "TimeoutSeconds":9000000,"ResultPath":"$.reply","Next":"Which","Catch":[{"ErrorEquals":["States.ALL"],"Next":"Bad"}]},
 "Which":{"Type":"Choice","InputPath":"$.reply","Choices":[{"Variable":"$.answer","StringEquals":"yes","Next":"Good"}],"Default":"Bad"},
 "Good":{"Type":"Pass","Parameters":{"n.$":"$n","both.$":"$both","each.$":"$each"},"End":true},
 "Bad":{"Type":"Fail","Error":"NotYes"}}}`
