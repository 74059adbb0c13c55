// The API itself, without sockets. A request goes in when it has arrived, and the bytes of its reply come out
// when the server asks for them. The delay of the settings lies between these two steps; at the second one
// the limits count and the state changes.
#pragma once

#include "tests/sandbox/faults.hpp"
#include "tests/sandbox/journal.hpp"
#include "tests/sandbox/keys.hpp"
#include "tests/sandbox/state.hpp"
#include "tests/sandbox/text.hpp"

#include <boost/json/fwd.hpp>

#include <chrono>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace sandbox {

struct violation;

enum class count_point : std::uint8_t { arrival, reply, random };
enum class rate_headers : std::uint8_t { send, leave_out };

// Every API request gets this reply instead of its own.
struct forced_reply {
  int status = 500;
  std::string code = "internal_error", message = "Forced by the sandbox.", location;
  std::optional<request_class> only;   // absent: reads and writes
  std::optional<std::uint64_t> times;  // absent: until it is withdrawn
};

// How the sandbox behaves; all of it can change while the sandbox runs.
struct behaviour {
  fault_rates faults;
  std::chrono::microseconds delay{0}, delay_jitter{0};  // reply time: delay + up to jitter, evenly spread
  std::chrono::microseconds slow{one_second};           // added by the fault `slow`
  std::chrono::seconds injected_retry_after{1};         // of the faults r429 and e503-retry
  count_point count_at = count_point::arrival;
  rate_headers headers = rate_headers::send;
  std::chrono::microseconds clock_offset{0};  // added to the time that headers show
  bool chunked = false;                       // send replies in chunks instead of with Content-Length
  std::uint32_t most_in_flight = 0;  // API requests beyond so many at the same time are refused; 0: no bound
  int over_status = 503;             // 429 or 503
  bool refuse_unknown_ids = false;   // an unknown tag, user, contact or company is a 400, not a new one

  std::optional<forced_reply> forced;
};

enum class outage_kind : std::uint8_t {
  none,
  refuse,  // nobody listens
  reset,   // connections are accepted and reset at once
  silent,  // connections are accepted, and nothing is sent
  page,    // something in front of the API answers every request: service::put_in_front()
};

// A request as the server has read it. Its views live as long as the server's buffer.
struct request {
  std::uint64_t connection = 0;
  time_us arrived = 0;
  std::string_view method, target, authorization, api_key, content_type, body;
  bool keep_alive = true;
};

enum class endpoint_kind : std::uint8_t {
  unknown,
  me,
  tags,
  threads,
  thread,
  item,  // `/v1/items/ID`, the generic API: key in X-Api-Key, takes any object, answers 204
  // `/v1/documents/ID`, an API whose PUT replaces and erases what is not sent; key in X-Api-Key. Documents
  // are created by the control endpoint.
  document,
};

// What is decided when a request arrives.
struct course {
  std::uint64_t number = 0;  // the number of the request
  endpoint_kind where = endpoint_kind::unknown;
  request_class kind = request_class::read;
  std::string id;  // of the thread, item or document, decoded
  std::string_view query;
  sandbox::fault fault;
  bool too_many = false;                          // more than behaviour::most_in_flight are under way
  std::uint64_t dice = 0;                         // random bits of this request
  std::chrono::microseconds before{0}, after{0};  // the delay before and after answer()
};

enum class delivery : std::uint8_t { send, send_and_close, send_and_drop, drop, hold, dribble };

struct outgoing {
  std::string wire;  // reused from request to request
  delivery how = delivery::send;
  bool reset = false;  // a dropped connection ends with RST instead of FIN
  int status = 0;
};

class service {
 public:
  service(store&, key_ring&, journal&, behaviour, std::uint64_t seed, std::string workspace);

  // Adds a step to the script of a thread: `e500`, `drop-after+slow`, `ok`, `e500*`. False: there is no such
  // fault.
  bool script(request_class kind, std::string_view id, std::string_view step) {
    return (kind == request_class::write ? script_ : read_script_).add(id, step);
  }

  // The request counts as under way from here until finished().
  course plan(const request&);
  void finished() { --under_way_; }
  void answer(const request&, const course&, time_us now, outgoing&);

  // Sets a foreign fault that every request gets, whatever it asks for, until it is removed.
  void put_in_front(std::optional<fault> page) { page_ = page; }

  // Control endpoints (`/_sandbox/...`) have no key, no limits, no faults and no journal.
  static bool is_control(std::string_view target);
  void control(const request&, time_us now, outgoing&);

  // `{"totals":...,"limits":[...],"threads":{...},"items":{...}}`.
  enum class truth_scope { everything, changed, totals };
  std::string truth(truth_scope, time_us now) const;

  totals& counts() { return totals_; }
  // The control endpoint calls it; a zero `for_how_long` means until further notice. The server sets it, and
  // removes a page when its time is over.
  std::function<void(outage_kind, std::chrono::microseconds for_how_long)> on_outage;

 private:
  struct reply;  // status, body and headers before they become bytes

  void answer_accepted(const request&, const course&, api_key&, time_us now, reply&);
  void serve(const request&, const course&, api_key&, time_us now, reply&);
  void serve_thread(const request&, const course&, time_us now, reply&);
  void distort(const course&, reply&);
  void write_wire(const request&, const course&, const reply&, time_us now, outgoing&);
  void serve_item(const request&, const course&, reply&);
  void serve_document(const request&, const course&, reply&);
  void refuse(reply&, const std::vector<violation>&);
  bool scope_missing(const api_key&, std::string_view scope, reply&) const;
  std::vector<violation> unknown_ids(const boost::json::object& patch) const;
  static void spare(thread&, fault&);
  bool kept_from_the_api(const course&, reply&);
  bool forced(const course&, reply&);
  bool refused_as_too_many(const course&, reply&);

  std::string configure(std::string_view body);  // empty: done; else the text says what is wrong
  std::string edit_thread(std::string_view id, std::string_view body, time_us now, int& status);

  store& store_;
  key_ring& keys_;
  journal& journal_;
  behaviour behaviour_;
  fault_script script_, read_script_;
  std::optional<fault> page_;
  totals totals_;
  std::uint32_t under_way_ = 0;
  std::uint64_t seed_;
  std::string workspace_;
  std::string date_;  // the Date header of date_second_
  time_us date_second_ = no_time;
  std::string body_;  // scratch
};

}  // namespace sandbox
