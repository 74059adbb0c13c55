// A reply_reader with its profile, for replies that the tests write down.
#pragma once

#include "engine/api/reply_reader.hpp"
#include "tests/unit/api/thread_reply.hpp"

#include <memory>
#include <string_view>
#include <utility>
#include <vector>

namespace pawl::api::testing {

struct reading {
  explicit reading(profile p = thread_profile())
      : api(std::make_unique<profile>(std::move(p))), reader(*api) {}

  echo_report compare(std::string_view body, const std::vector<field_value>& wanted,
                      std::string_view id = "t1") {
    body_ = std::make_unique<padded>(body);
    return reader.compare(*body_, id, wanted);
  }
  error_view error(std::string_view body) {
    body_ = std::make_unique<padded>(body);
    return reader.read_error(*body_);
  }
  identity_report identity(std::string_view body) {
    body_ = std::make_unique<padded>(body);
    return reader.read_identity(*body_);
  }

  std::unique_ptr<profile> api;
  reply_reader reader;

 private:
  std::unique_ptr<padded> body_;
};

}  // namespace pawl::api::testing
