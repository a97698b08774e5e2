/** Event: an appointment in a calendar. */
import { auditLines, deletedLine, idLine } from "./audit-fields.ts"
import { values } from "./picklists.ts"
import { recurrencePicklists } from "./recurrence.ts"
import { recordWords, sobject } from "./sobject.ts"

export const event = sobject({
  name: "Event",
  label: "Event",
  keyPrefix: "00U",
  can: recordWords,
  derived: {
    StartDateTime: "coalesce(StartDateTime, ActivityDateTime)",
    ActivityDateTime: "coalesce(ActivityDateTime, StartDateTime)",
    ActivityDate: "coalesce(ActivityDate, coalesce(ActivityDateTime, StartDateTime)::DATE)",
    EndDateTime:
      "coalesce(EndDateTime, coalesce(StartDateTime, ActivityDateTime) + to_minutes(DurationInMinutes))",
    EndDate:
      "coalesce(EndDateTime, coalesce(StartDateTime, ActivityDateTime) + to_minutes(DurationInMinutes))::DATE"
  },
  picklists: {
    ...recurrencePicklists,
    Subject: values("Call;Email;Meeting;Send Letter/Quote;Other"),
    ShowAs: values("Busy*;OutOfOffice=Out of Office;Free"),
    GroupEventType: values("0=Non-group Event;1=Group Event;2=Proposed Event;3=IsRecurrence2 Series Pattern"),
    EventSubtype: values("Event*;Survey")
  },
  table: `
${idLine("Activity ID")}
WhoId                       | reference Contact,Lead | cunfgs   | Name ID                               | rel=Who children=Events cascade
WhatId                      | reference Account,Campaign,Case,Opportunity,Product2,Reference_Request__c | cunfgs | Related To ID | rel=What children=Events cascade
Subject                     | combobox 255           | cunfgsp  | Subject
Location                    | string 255             | cunfgsp  | Location
IsAllDayEvent               | boolean                | cufgsdp  | All-Day Event                         | default=false
ActivityDateTime            | datetime               | cunfs    | Due Date Time
ActivityDate                | date                   | cunfgs   | Due Date Only
DurationInMinutes           | int 8                  | cunfgs   | Duration
StartDateTime               | datetime               | cunfs    | Start Date Time
EndDateTime                 | datetime               | cunfs    | End Date Time
EndDate                     | date                   | nfgs     | End Date
Description                 | textarea 32000         | cunp     | Description                           | extra=plaintextarea
AccountId                   | reference Account      | nfgs     | Account ID                            | rel=Account
OwnerId                     | reference Calendar,User | cufgsd  | Assigned To ID                        | rel=Owner
IsPrivate                   | boolean                | cufgsdp  | Private                               | default=false
ShowAs                      | picklist 40            | cunfgsdpk | Show Time As
${deletedLine}
IsChild                     | boolean                | fgsd     | Is Child                              | default=false
IsGroupEvent                | boolean                | fgsd     | Is Group Event                        | default=false
GroupEventType              | picklist 40            | nfgsdk   | Group Event Type
${auditLines}
IsArchived                  | boolean                | fgsd     | Archived                              | default=false
RecurrenceActivityId        | reference Event        | nfgs     | Recurrence Activity ID                | rel=RecurrenceActivity children=RecurringEvents cascade
IsRecurrence                | boolean                | cfgsd    | Create Recurring Series of Events     | default=false
RecurrenceStartDateTime     | datetime               | cunfs    | Recurrence Start
RecurrenceEndDateOnly       | date                   | cunfgs   | Recurrence End
RecurrenceTimeZoneSidKey    | picklist 40            | cunfgsk  | Recurrence Time Zone
RecurrenceType              | picklist 40            | cunfgsk  | Recurrence Type
RecurrenceInterval          | int 9                  | cunfgs   | Recurrence Interval
RecurrenceDayOfWeekMask     | int 9                  | cunfgs   | Recurrence Day of Week Mask
RecurrenceDayOfMonth        | int 9                  | cunfgs   | Recurrence Day of Month
RecurrenceInstance          | picklist 40            | cunfgsk  | Recurrence Instance
RecurrenceMonthOfYear       | picklist 40            | cunfgsk  | Recurrence Month of Year
ReminderDateTime            | datetime               | cunfs    | Reminder Date/Time
IsReminderSet               | boolean                | cufgsd   | Reminder Set                          | default=false
EventSubtype                | picklist 40            | cnfgsdk  | Event Subtype
IsRecurrence2Exclusion      | boolean                | fgsd     | Historical Event, Not Following Recurrence | default=false
Recurrence2PatternText      | textarea 512           | cun      | Recurrence Pattern                    | extra=plaintextarea
Recurrence2PatternVersion   | picklist 40            | cnfgsk   | Pattern Version
IsRecurrence2               | boolean                | fgsd     | Repeat                                | default=false
IsRecurrence2Exception      | boolean                | fgsd     | Is Exception                          | default=false
Recurrence2PatternStartDate | datetime               | cunfs    | Recurrence Pattern Start Date
Recurrence2PatternTimeZone  | string 255             | cunfgs   | Recurrence Pattern Time Zone Reference
`
})
