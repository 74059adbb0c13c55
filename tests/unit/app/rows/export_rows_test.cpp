#include "engine/app/rows/export_rows.hpp"

#include <gtest/gtest.h>

namespace pawl::app {
namespace {

ledger::job_row refused_row() {
  ledger::job_row job;
  job.row = 17;
  job.id = "t-1";
  job.outcome = outcome::refused;
  job.http_status = 400;
  job.error_code = "validation_failed";
  job.error_message = "title: \"x\", too long";
  job.attempts = 2;
  job.request_id = "req_1";
  job.sent_at = wall_time{std::chrono::microseconds{1'767'323'045'678'901}};
  job.finished_at = wall_time{std::chrono::microseconds{1'767'323'045'700'000}};
  job.latency_us = 20'099;
  return job;
}

ledger::job_row unchanged_row() {
  ledger::job_row job;
  job.row = 3;
  job.id = "a b";
  job.outcome = outcome::unchanged;
  job.finished_at = wall_time{std::chrono::microseconds{1'767'323'045'000'000}};
  return job;
}

constexpr const char* own =
    "17,t-1,refused,400,validation_failed,\"title: \"\"x\"\", too long\",2,req_1,"
    "2026-01-02T03:04:05.678Z,2026-01-02T03:04:05.700Z,20.099\n";
constexpr const char* own_json =
    R"({"row":17,"id":"t-1","outcome":"refused","http_status":400,"error_code":"validation_failed",)"
    R"("error_message":"title: \"x\", too long","attempts":2,"request_id":"req_1",)"
    R"("sent_at":"2026-01-02T03:04:05.678Z","finished_at":"2026-01-02T03:04:05.700Z","latency_ms":20.099})";

std::string line(const export_writer& writer, const ledger::job_row& job, std::string_view raw = {}) {
  std::string out;
  writer.append(out, job, raw);
  return out;
}

export_writer with_input(export_format format, std::string header, char delimiter = '\0') {
  auto made = export_writer::with_input(format, {std::move(header), delimiter});
  if (!made) throw std::runtime_error(to_string(made.error()));
  return std::move(*made);
}

TEST(Export, WritesCsv) {
  const export_writer csv{export_format::csv};
  EXPECT_EQ(csv.header(),
            "row,id,outcome,http_status,error_code,error_message,attempts,request_id,sent_at,finished_at,"
            "latency_ms\n");
  EXPECT_EQ(line(csv, refused_row()), own);
  EXPECT_EQ(line(csv, unchanged_row()), "3,a b,unchanged,,,,0,,,2026-01-02T03:04:05.000Z,\n");
}

TEST(Export, WritesNdjson) {
  const export_writer json{export_format::ndjson};
  EXPECT_EQ(json.header(), "");
  EXPECT_EQ(line(json, refused_row()), own_json + std::string{"\n"});
  EXPECT_EQ(line(json, unchanged_row()),
            R"({"row":3,"id":"a b","outcome":"unchanged","http_status":null,"error_code":null,)"
            R"("error_message":null,"attempts":0,"request_id":null,"sent_at":null,)"
            R"("finished_at":"2026-01-02T03:04:05.000Z","latency_ms":null})"
            "\n");
}

TEST(Export, QuotesWhatNeedsIt) {
  auto job = unchanged_row();
  job.id = "line\nbreak";
  EXPECT_TRUE(line(export_writer{export_format::csv}, job).starts_with("3,\"line\nbreak\",unchanged"));
  EXPECT_TRUE(line(export_writer{export_format::ndjson}, job).starts_with(R"({"row":3,"id":"line\nbreak",)"));
  job.id = "=cmd()\x01\\";
  EXPECT_TRUE(line(export_writer{export_format::csv}, job).starts_with("3,=cmd()\x01\\,unchanged"));
  EXPECT_TRUE(
      line(export_writer{export_format::ndjson}, job).starts_with(R"({"row":3,"id":"=cmd()\u0001\\",)"));
}

TEST(ExportWithInput, PutsTheOriginalColumnsFirst) {
  const auto csv = with_input(export_format::csv, "id;\"the title\";tags", ';');
  EXPECT_TRUE(csv.header().starts_with("id;\"the title\";tags;_row;_id;_outcome;_http_status;"));
  const std::string notes =
      "17;t-1;refused;400;validation_failed;\"title: \"\"x\"\", too long\";2;req_1;"
      "2026-01-02T03:04:05.678Z;2026-01-02T03:04:05.700Z;20.099\n";
  EXPECT_EQ(line(csv, refused_row(), "t-1;\"a;b\"\"\nc\";x"), "t-1;\"a;b\"\"\nc\";x;" + notes);
  EXPECT_EQ(line(csv, refused_row(), "t-1"), "t-1;;;" + notes);                  // ragged: too short
  EXPECT_EQ(line(csv, refused_row(), "a;b;c;d"), "\"a;b;c;d\";;;" + notes);      // too long
  EXPECT_EQ(line(csv, refused_row(), "a;\"b\nc"), "\"a;\"\"b\nc\";;;" + notes);  // open quote
}

TEST(ExportWithInput, ReplacesTheNotesOfAnEarlierExport) {
  const auto csv = with_input(export_format::csv, "id,title,_row,\"_outcome\",_mine");
  EXPECT_TRUE(csv.header().starts_with("id,title,_mine,_row,_id,_outcome,"));
  EXPECT_EQ(line(csv, refused_row(), "t-1,x,9,failed,keep"), std::string{"t-1,x,keep,"} + own);

  const auto json = with_input(export_format::ndjson, "");
  EXPECT_EQ(line(json, refused_row(), R"({"id":"t-1","_pawl":{"row":9},"_mine":[1,"}"]})"),
            std::string{R"({"id":"t-1","_mine":[1,"}"],"_pawl":)"} + own_json + "}\n");
}

TEST(ExportWithInput, AddsANoteToTheOriginalObject) {
  const auto json = with_input(export_format::ndjson, "");
  const auto want = [](const std::string& before) { return before + R"("_pawl":)" + own_json + "}\n"; };
  EXPECT_EQ(line(json, refused_row(), R"( {"id": "t-1", "patch": {"a": [1, "x\"}"]}} )"),
            want(R"({"id": "t-1","patch": {"a": [1, "x\"}"]},)"));
  EXPECT_EQ(line(json, refused_row(), "{}"), want("{"));
  for (const auto* broken :
       {"{", "[1]", R"({"id":"a)", R"({"id":1,})", R"({"id"})", R"({"a":1}})", "", "x"}) {
    const auto made = line(json, refused_row(), broken);
    EXPECT_TRUE(made.starts_with(R"({"_raw":")")) << made;
    EXPECT_TRUE(made.ends_with("}\n"));
  }
}

TEST(ExportWithInput, RefusesTheOtherFormat) {
  EXPECT_FALSE(export_writer::with_input(export_format::csv, {"", '\0'}));
  const auto refused = export_writer::with_input(export_format::ndjson, {"id,title", ','});
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().kind, failure_kind::usage);
}

}  // namespace
}  // namespace pawl::app
