// A profile for the documents of the sandbox, whose PUT replaces: what a write leaves out is erased.
#pragma once

#include <string>

namespace pawl::test {

// `body_is` as in [write]; empty: the profile does not say it.
inline std::string documents_profile(const std::string& body_is) {
  const auto write = body_is.empty() ? std::string{} : "[write]\nbody_is = \"" + body_is + "\"\n";
  return R"(name = "documents"
base_url = "https://documents.example"
reply = "resource"
read_first = true
[resource]
path = "/v1/documents/{id}"
method = "PUT"
updated_at = "stamp"
[auth]
header = "X-Api-Key"
scheme = ""
token_env = "PRODUCTLANE_API_KEY"
[limits]
write = "unlimited"
read = "unlimited"
[error]
code = "error.code"
message = "error.message"
)" + write +
         R"([readable]
views = "number"
[fields.title]
type = "string"
[fields.state]
type = "enum"
values = ["open", "done"]
[fields.rank]
type = "number"
nullable = true
[fields.labels]
type = "list"
compare = "set"
[fields.add_labels]
verb = "add_ids"
target = "labels"
[fields.remove_labels]
verb = "remove_ids"
target = "labels"
[fields.limits]
type = "object"
compare = "members"
[fields.ping]
type = "boolean"
compare = "none"
replay_safe = false
)";
}

}  // namespace pawl::test
