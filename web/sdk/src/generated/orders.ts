// From openapi/orders.yaml by `npm run generate`; not to be edited.
export interface paths {
    "/products": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** What is sold */
        get: operations["listProducts"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/products/{sku}": {
        parameters: {
            query?: never;
            header?: never;
            path: {
                sku: components["schemas"]["Sku"];
            };
            cookie?: never;
        };
        /** One product */
        get: operations["getProduct"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/orders": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Orders, the newest first, page by page
         * @description Permission `orders:read` (own - customer; any - support, admin).
         */
        get: operations["listOrders"];
        put?: never;
        /**
         * Place an order
         * @description Permission `orders:create:own` (customer, admin). The same `Idempotency-Key` with the same content leads to
         *     the first answer, byte for byte, for 72 hours; requests with one key that arrive together are answered one
         *     after the other, so none of them needs to be repeated. A refused request leaves no trace: its key is free.
         */
        post: operations["placeOrder"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/orders/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: components["parameters"]["OrderId"];
            };
            cookie?: never;
        };
        /**
         * One order
         * @description Permission `orders:read` (own - customer; any - support, admin).
         */
        get: operations["getOrder"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/orders/{id}/events": {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: components["parameters"]["OrderId"];
            };
            cookie?: never;
        };
        /**
         * One order as it changes, by server-sent events
         * @description Permission `orders:read` (own - customer; any - support, admin). An event `order` with the order as it is, and
         *     another one at each change; its id is the order's version. A comment every 15 seconds keeps the connection. The
         *     stream ends once the order is cancelled, with the access token, and after five minutes: come back with
         *     `Last-Event-ID`, and only what is newer is sent. At most 10 streams of one person at each instance.
         */
        get: operations["followOrder"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/orders/{id}/cancel": {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: components["parameters"]["OrderId"];
            };
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Cancel an order
         * @description Permission `orders:cancel` (own - customer; any - admin). The order becomes `cancelling` at once and
         *     `cancelled` when the money is released or given back.
         */
        post: operations["cancelOrder"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
}
export type webhooks = Record<string, never>;
export interface components {
    schemas: {
        Sku: string;
        /** @enum {string} */
        OrderStatus: "pending" | "confirmed" | "cancelling" | "cancelled";
        Product: {
            sku: components["schemas"]["Sku"];
            name: string;
            /** @description Minor units. */
            price: number;
            currency: string;
            available: number;
        };
        ProductList: {
            data: components["schemas"]["Product"][];
        };
        NewOrder: {
            /** @description Each SKU once. */
            items: {
                sku: components["schemas"]["Sku"];
                quantity: number;
            }[];
            /** @description A token of the payment provider, such as `pm_card_visa`; never a card number. */
            payment_method: string;
        };
        Order: {
            id: string;
            status: components["schemas"]["OrderStatus"];
            items: {
                sku: components["schemas"]["Sku"];
                name: string;
                quantity: number;
                /** @description Minor units */
                unit_price: number;
            }[];
            /** @description Minor units. */
            total: number;
            currency: string;
            /** @description Null while the order is pending. */
            payment_id: string | null;
            /** @description Why the order was not fulfilled; null if its customer cancelled it. */
            failure: string | null;
            /** Format: date-time */
            created_at: string;
            /** Format: date-time */
            updated_at: string;
            version: number;
        };
        OrderPage: {
            data: components["schemas"]["Order"][];
            has_more: boolean;
            next_cursor: string | null;
        };
        Problem: {
            type: string;
            title: string;
            status: number;
            code: string;
            detail?: string;
        };
    };
    responses: {
        /**
         * @description Malformed: code `malformed_json`, `invalid_field`, `unknown_field`, `idempotency_key_missing`,
         *     `idempotency_key_malformed`, `invalid_limit`, `invalid_status` or `invalid_cursor`
         */
        Invalid: {
            headers: {
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"];
            };
        };
        /** @description This person has enough streams open; `too_many_streams` */
        TooManyStreams: {
            headers: {
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"];
            };
        };
        /** @description No token, or one that is not valid */
        Unauthenticated: {
            headers: {
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"];
            };
        };
        /** @description Code `insufficient_permissions` or `caller_not_allowed` */
        Forbidden: {
            headers: {
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"];
            };
        };
        /** @description Code `unknown_order` or `unknown_sku`; also for what is not yours */
        NotFound: {
            headers: {
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"];
            };
        };
        /** @description Code `out_of_stock` */
        OutOfStock: {
            headers: {
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"];
            };
        };
        /** @description Code `already_cancelled` */
        AlreadyCancelled: {
            headers: {
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"];
            };
        };
        /** @description Code `version_mismatch`, the order has changed since */
        PreconditionFailed: {
            headers: {
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"];
            };
        };
        /** @description Code `if_match_required` */
        PreconditionRequired: {
            headers: {
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"];
            };
        };
        /** @description Code `body_too_large` */
        TooLarge: {
            headers: {
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"];
            };
        };
        /** @description Code `json_expected` */
        Unsupported: {
            headers: {
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"];
            };
        };
        /**
         * @description Code `idempotency_key_reused` (the key came with other content before), `no_items`, `too_many_items`,
         *     `bad_quantity`, `duplicate_sku`, `unknown_sku`, `currency_mismatch` or `amount_overflow`
         */
        Unprocessable: {
            headers: {
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"];
            };
        };
        /** @description The store is busy; try again with the same key */
        Unavailable: {
            headers: {
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"];
            };
        };
    };
    parameters: {
        OrderId: string;
    };
    requestBodies: never;
    headers: {
        /** @description The version of the order, quoted */
        ETag: string;
    };
    pathItems: never;
}
export type $defs = Record<string, never>;
export interface operations {
    listProducts: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description All products, by SKU */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ProductList"];
                };
            };
        };
    };
    getProduct: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                sku: components["schemas"]["Sku"];
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The product */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Product"];
                };
            };
            404: components["responses"]["NotFound"];
        };
    };
    listOrders: {
        parameters: {
            query?: {
                limit?: number;
                status?: components["schemas"]["OrderStatus"];
                /** @description The `next_cursor` of the page before, with the same `status`. */
                cursor?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description A page */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["OrderPage"];
                };
            };
            400: components["responses"]["Invalid"];
            401: components["responses"]["Unauthenticated"];
            403: components["responses"]["Forbidden"];
        };
    };
    placeOrder: {
        parameters: {
            query?: never;
            header: {
                /** @description New for each intention to buy. */
                "Idempotency-Key": string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["NewOrder"];
            };
        };
        responses: {
            /** @description The order as it was placed */
            201: {
                headers: {
                    ETag: components["headers"]["ETag"];
                    /** @description Path of the new order */
                    Location?: string;
                    /** @description There, and true, if this is the answer to an earlier request */
                    "Idempotent-Replayed"?: boolean;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Order"];
                };
            };
            400: components["responses"]["Invalid"];
            401: components["responses"]["Unauthenticated"];
            403: components["responses"]["Forbidden"];
            409: components["responses"]["OutOfStock"];
            413: components["responses"]["TooLarge"];
            415: components["responses"]["Unsupported"];
            422: components["responses"]["Unprocessable"];
            503: components["responses"]["Unavailable"];
        };
    };
    getOrder: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: components["parameters"]["OrderId"];
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The order */
            200: {
                headers: {
                    ETag: components["headers"]["ETag"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Order"];
                };
            };
            401: components["responses"]["Unauthenticated"];
            403: components["responses"]["Forbidden"];
            404: components["responses"]["NotFound"];
        };
    };
    followOrder: {
        parameters: {
            query?: never;
            header?: {
                /** @description The id of the last event that arrived. */
                "Last-Event-ID"?: string;
            };
            path: {
                id: components["parameters"]["OrderId"];
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The events */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "text/event-stream": string;
                };
            };
            401: components["responses"]["Unauthenticated"];
            403: components["responses"]["Forbidden"];
            404: components["responses"]["NotFound"];
            429: components["responses"]["TooManyStreams"];
        };
    };
    cancelOrder: {
        parameters: {
            query?: never;
            header: {
                /** @description The `ETag` of the order as you saw it. */
                "If-Match": string;
            };
            path: {
                id: components["parameters"]["OrderId"];
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The order as it is now */
            200: {
                headers: {
                    ETag: components["headers"]["ETag"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Order"];
                };
            };
            401: components["responses"]["Unauthenticated"];
            403: components["responses"]["Forbidden"];
            404: components["responses"]["NotFound"];
            409: components["responses"]["AlreadyCancelled"];
            412: components["responses"]["PreconditionFailed"];
            428: components["responses"]["PreconditionRequired"];
            503: components["responses"]["Unavailable"];
        };
    };
}
