// A request on its way through the sandbox: as the server has read it, where it goes, and what is decided
// about it when it arrives.
#pragma once

#include "tests/sandbox/faults.hpp"
#include "tests/sandbox/keys.hpp"

#include <chrono>
#include <cstdint>
#include <functional>
#include <string>
#include <string_view>

namespace sandbox {

// Its views live as long as the server's buffer.
struct request {
  std::uint64_t connection = 0;
  time_us arrived = 0;
  std::string_view method, target, authorization, api_key, content_type, body;
  bool keep_alive = true;
  std::function<std::string_view(std::string_view)> other_header;  // by name; may be absent

  std::string_view header(std::string_view name) const {
    return other_header ? other_header(name) : std::string_view{};
  }
  bool has_json() const { return content_type.substr(0, content_type.find(';')) == "application/json"; }
};

// Where a request goes: what the vendor reads from method and path.
struct route {
  std::uint8_t where = 0;  // the vendor's own number of the endpoint; 0: there is nothing
  request_class kind = request_class::read;
  std::string id;          // of the resource, decoded; empty: it is about none, or about several
  std::string_view query;  // behind the question mark
  bool faultless = false;  // gets no random or scripted faults
};

// What is decided when a request arrives.
struct course : route {
  std::uint64_t number = 0;  // the number of the request
  sandbox::fault fault;
  bool too_many = false;                          // more than behaviour::most_in_flight are under way
  std::uint64_t dice = 0;                         // random bits of this request
  std::chrono::microseconds before{0}, after{0};  // the delay before and after answer()
};

// Requests about one resource that arrived, whatever was answered.
struct traffic {
  std::uint32_t reads_seen = 0, writes_seen = 0;
  std::uint8_t spared_from_strangers = 0;  // how many further requests get no random foreign fault
};

// A request with a good key, when it is answered.
struct call {
  const request& in;
  const course& way;
  api_key& key;
  time_us now;
};

}  // namespace sandbox
