import { type Denial, listing, s3, sns, sqs } from "./asks.ts";

const guest = "GuestRole";
const harvest = "HarvestRole";
const scheduler = "SchedulerRole";

/** Build instances and schedules. */
export const otherDenials: Denial[] = [
  {
    what: "reads notification records, as guest",
    denied: s3(guest, "GetObject", "announced/a"),
    allowed: s3(guest, "GetObject", "harvest/a/manifest.json"),
  },
  {
    what: "reads reports, as guest",
    denied: s3(guest, "GetObject", "reports/a/report.json"),
    allowed: s3(guest, "GetObject", "harvest/a/files/b"),
  },
  {
    what: "reads the recipe, as guest",
    denied: s3(guest, "GetObject", "source/a.zip"),
    allowed: s3("BuildRole", "GetObject", "source/a.zip"),
  },
  {
    what: "writes the recipe, as guest",
    denied: s3(guest, "PutObject", "source/a"),
    allowed: s3(guest, "GetObject", "harvest/a/manifest.json"),
  },
  {
    what: "writes a harvest, as guest",
    denied: s3(guest, "PutObject", "harvest/a/files/b"),
    allowed: s3(harvest, "PutObject", "harvest/a/files/b"),
  },
  {
    what: "writes a report, as guest",
    denied: s3(guest, "PutObject", "reports/a/report.json"),
    allowed: s3("BuildRole", "PutObject", "reports/a/report.json"),
  },
  {
    what: "reads another stage's bucket, as guest",
    denied: s3(guest, "GetObject", "harvest/a/manifest.json", "another"),
    allowed: s3(guest, "GetObject", "harvest/a/manifest.json"),
  },
  {
    what: "lists the bucket, as guest",
    denied: listing(guest, "announced/"),
    allowed: listing("ReconcileRole", "announced/"),
  },
  {
    what: "reads a harvest, as an instance that is harvested",
    denied: s3(harvest, "GetObject", "harvest/a/files/b"),
    allowed: s3(guest, "GetObject", "harvest/a/files/b"),
  },
  {
    what: "reads the recipe, as an instance that is harvested",
    denied: s3(harvest, "GetObject", "source/a"),
    allowed: s3(guest, "GetObject", "harvest/a/manifest.json"),
  },
  {
    what: "writes the recipe, as an instance that is harvested",
    denied: s3(harvest, "PutObject", "source/a"),
    allowed: s3(harvest, "PutObject", "harvest/a/files/b"),
  },
  {
    what: "writes a report, as an instance that is harvested",
    denied: s3(harvest, "PutObject", "reports/a/report.json"),
    allowed: s3(harvest, "PutObject", "harvest/a/manifest.json"),
  },
  {
    what: "sends dead letters, as a schedule",
    denied: sqs(scheduler, "SendMessage", "<DeadLettersQueue>"),
    allowed: sqs(scheduler, "SendMessage", "<TriggersQueue>"),
  },
  {
    what: "sends to another stage's queue, as a schedule",
    denied: sqs(
      scheduler,
      "SendMessage",
      "https://sqs.us-east-1.amazonaws.com/123456789012/eks-windows-images-test-Triggers",
    ),
    allowed: sqs(scheduler, "SendMessage", "<TriggersQueue>"),
  },
  {
    what: "receives triggers, as a schedule",
    denied: sqs(scheduler, "ReceiveMessage", "<TriggersQueue>"),
    allowed: sqs("ReconcileRole", "ReceiveMessage", "<TriggersQueue>"),
  },
  {
    what: "publishes a notification, as a schedule",
    denied: sns(scheduler, "<NotificationsTopic>"),
    allowed: sns("ReconcileRole", "<NotificationsTopic>"),
  },
];
