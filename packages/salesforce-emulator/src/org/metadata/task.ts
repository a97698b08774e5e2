/** Task: something to do, about anything and with anyone. */
import { auditLines, deletedLine, idLine } from "./audit-fields.ts"
import { values } from "./picklists.ts"
import { recurrencePicklists } from "./recurrence.ts"
import { recordWords, sobject } from "./sobject.ts"

export const task = sobject({
  name: "Task",
  label: "Task",
  keyPrefix: "00T",
  can: recordWords,
  derived: {
    IsClosed: "coalesce(Status = 'Completed', false)",
    IsHighPriority: "coalesce(Priority = 'High', false)"
  },
  picklists: {
    ...recurrencePicklists,
    Subject: values("Call;Send Letter;Send Quote;Other"),
    Status: values("Not Started*;In Progress;Completed;Waiting on someone else;Deferred"),
    Priority: values("High;Normal*;Low"),
    CallType: values("Internal;Inbound;Outbound"),
    RecurrenceRegeneratedType: values(
      "RecurrenceRegenerateAfterDueDate=After due date;RecurrenceRegenerateAfterToday=After date completed;RecurrenceRegenerated=Task Closed"
    ),
    TaskSubtype: values("Task*;Email;ListEmail=List Email;Cadence;Call;LinkedIn")
  },
  table: `
${idLine("Activity ID")}
WhoId                     | reference Contact,Lead                                        | cunfgs   | Name ID                           | rel=Who children=Tasks cascade
WhatId                    | reference Account,Campaign,Case,Opportunity,Product2,Reference_Request__c | cunfgs   | Related To ID | rel=What children=Tasks cascade
Subject                   | combobox 255         | cunfgsp  | Subject
ActivityDate              | date                 | cunfgsp  | Due Date Only
Status                    | picklist 255         | cufgsd   | Status
Priority                  | picklist 255         | cufgsd   | Priority
IsHighPriority            | boolean              | fgsd     | High Priority                     | default=false
OwnerId                   | reference Group,User | cufgsd   | Assigned To ID                    | rel=Owner
Description               | textarea 32000       | cunp     | Description                       | extra=plaintextarea
${deletedLine}
AccountId                 | reference Account    | nfgs     | Account ID                        | rel=Account
IsClosed                  | boolean              | fgsd     | Closed                            | default=false
${auditLines}
IsArchived                | boolean              | fgsd     | Archived                          | default=false
CallDurationInSeconds     | int 8                | cunfgsp  | Call Duration
CallType                  | picklist 40          | cunfgspk | Call Type
CallDisposition           | string 255           | cunfgsp  | Call Result
CallObject                | string 255           | cunfgsp  | Call Object Identifier
ReminderDateTime          | datetime             | cunfs    | Reminder Date/Time
IsReminderSet             | boolean              | cufgsd   | Reminder Set                      | default=false
RecurrenceActivityId      | reference Task       | nfgs     | Recurrence Activity ID            | rel=RecurrenceActivity children=RecurringTasks cascade
IsRecurrence              | boolean              | cufgsd   | Create Recurring Series of Tasks  | default=false
RecurrenceStartDateOnly   | date                 | cunfgs   | Recurrence Start
RecurrenceEndDateOnly     | date                 | cunfgs   | Recurrence End
RecurrenceTimeZoneSidKey  | picklist 40          | cunfgsk  | Recurrence Time Zone
RecurrenceType            | picklist 40          | cunfgsk  | Recurrence Type
RecurrenceInterval        | int 9                | cunfgs   | Recurrence Interval
RecurrenceDayOfWeekMask   | int 9                | cunfgs   | Recurrence Day of Week Mask
RecurrenceDayOfMonth      | int 9                | cunfgs   | Recurrence Day of Month
RecurrenceInstance        | picklist 40          | cunfgsk  | Recurrence Instance
RecurrenceMonthOfYear     | picklist 40          | cunfgsk  | Recurrence Month of Year
RecurrenceRegeneratedType | picklist 40          | cunfgsk  | Repeat This Task
TaskSubtype               | picklist 40          | cnfgsdk  | Task Subtype
CompletedDateTime         | datetime             | nfsp     | Completed Date
`
})
