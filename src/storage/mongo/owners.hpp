// libmongoc's objects with owners: what is made is destroyed. Only for the sources of this room.
#pragma once

#include <memory>
#include <mongoc/mongoc.h>

#include "storage/mongo/document.hpp"

namespace gatehouse::storage::mongo {

[[nodiscard]] inline const bson_t* raw(const Document& document) {
  return static_cast<const bson_t*>(document.raw());
}

template <auto destroy>
struct Destroy {
  template <class T>
  void operator()(T* object) const noexcept {
    destroy(object);
  }
};

template <class T, auto destroy>
using Owned = std::unique_ptr<T, Destroy<destroy>>;

using Uri = Owned<mongoc_uri_t, mongoc_uri_destroy>;
using Pool = Owned<mongoc_client_pool_t, mongoc_client_pool_destroy>;
using Collection = Owned<mongoc_collection_t, mongoc_collection_destroy>;
using Cursor = Owned<mongoc_cursor_t, mongoc_cursor_destroy>;
using Modification = Owned<mongoc_find_and_modify_opts_t, mongoc_find_and_modify_opts_destroy>;

// A reply that the driver fills in, whether the call succeeds or not.
class Reply {
 public:
  Reply() = default;
  ~Reply() { bson_destroy(&bson_); }
  Reply(const Reply&) = delete;
  Reply& operator=(const Reply&) = delete;
  [[nodiscard]] bson_t* get() { return &bson_; }

 private:
  bson_t bson_ = BSON_INITIALIZER;
};

// A client of the pool for as long as this lives.
class Lease {
 public:
  explicit Lease(mongoc_client_pool_t& pool) : pool_(pool), client_(mongoc_client_pool_pop(&pool)) {}
  ~Lease() { mongoc_client_pool_push(&pool_, client_); }
  Lease(const Lease&) = delete;
  Lease& operator=(const Lease&) = delete;
  [[nodiscard]] mongoc_client_t& client() { return *client_; }

 private:
  mongoc_client_pool_t& pool_;
  mongoc_client_t* client_;
};

}  // namespace gatehouse::storage::mongo
