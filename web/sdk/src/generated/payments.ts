// From openapi/payments.yaml by `npm run generate`; not to be edited.
export interface paths {
    "/": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** The same as GET /payments, for a gateway route that strips its path */
        get: operations["listPaymentsAtRoot"];
        put?: never;
        /** The same as POST /payments, for a gateway route that strips its path */
        post: operations["createPaymentAtRoot"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/payments": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Payments, the newest first, page by page
         * @description Permission `payments:read` (any - payment; own - the orders service).
         */
        get: operations["listPayments"];
        put?: never;
        /**
         * Reserve an amount at the provider, and take it at once unless `capture` is `manual`
         * @description Permission `payments:create` (any - payment; own - the orders service).
         */
        post: operations["createPayment"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/payments/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: components["parameters"]["PaymentId"];
            };
            cookie?: never;
        };
        /**
         * One payment
         * @description Permission `payments:read` (any - payment; own - the orders service).
         */
        get: operations["getPayment"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/payments/{id}/capture": {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: components["parameters"]["PaymentId"];
            };
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Take what is reserved, or a part of it; the rest is released
         * @description Permission `payments:capture` (any - payment; own - the orders service).
         */
        post: operations["capturePayment"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/payments/{id}/cancel": {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: components["parameters"]["PaymentId"];
            };
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Release what is reserved
         * @description Permission `payments:cancel` (any - payment; own - the orders service).
         */
        post: operations["cancelPayment"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/payments/{id}/refunds": {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: components["parameters"]["PaymentId"];
            };
            cookie?: never;
        };
        /**
         * The refunds of a payment, in order; at most 100
         * @description Permission `payments:read` (any - payment; own - the orders service).
         */
        get: operations["listRefunds"];
        put?: never;
        /**
         * Give captured money back, all that is left or a part of it
         * @description Permission `payments:refund` (any - payment; own - the orders service). Refunds that run side by side never
         *     exceed what was captured: the amount is reserved before the provider is asked.
         */
        post: operations["createRefund"];
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
        /** @description Minor units. */
        Amount: number;
        Payment: {
            id: string;
            /** @enum {string} */
            status: "processing" | "unknown" | "authorized" | "captured" | "partially_refunded" | "refunded" | "canceled" | "declined";
            amount: components["schemas"]["Amount"];
            currency: string;
            amount_captured: number;
            amount_refunded: number;
            reference: string;
            decline_code: string | null;
            /** Format: date-time */
            created_at: string;
            /** Format: date-time */
            updated_at: string;
            version: number;
        };
        Refund: {
            id: string;
            payment_id: string;
            /** @enum {string} */
            status: "pending" | "unknown" | "succeeded" | "failed";
            amount: components["schemas"]["Amount"];
            currency: string;
            reason: string | null;
            failure_code: string | null;
            /** Format: date-time */
            created_at: string;
            /** Format: date-time */
            updated_at: string;
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
        /** @description Authorized or captured */
        Made: {
            headers: {
                "Idempotent-Replayed": components["headers"]["IdempotentReplayed"];
                Location: components["headers"]["Location"];
                ETag: components["headers"]["ETag"];
                [name: string]: unknown;
            };
            content: {
                "application/json": components["schemas"]["Payment"];
            };
        };
        /** @description The payment */
        Payment: {
            headers: {
                ETag: components["headers"]["ETag"];
                [name: string]: unknown;
            };
            content: {
                "application/json": components["schemas"]["Payment"];
            };
        };
        /** @description The provider's verdict is not known yet; the status is `unknown` or `processing` */
        Accepted: {
            headers: {
                Location: components["headers"]["Location"];
                "Retry-After": components["headers"]["RetryAfter"];
                [name: string]: unknown;
            };
            content: {
                "application/json": components["schemas"]["Payment"];
            };
        };
        /** @description A page */
        PaymentPage: {
            headers: {
                [name: string]: unknown;
            };
            content: {
                "application/json": {
                    data: components["schemas"]["Payment"][];
                    has_more: boolean;
                    next_cursor: string | null;
                };
            };
        };
        /** @description Not understood (`malformed_json`, `invalid_field`, `unknown_field`, `idempotency_key_missing`, `idempotency_key_malformed`, `invalid_limit`, `invalid_cursor`) */
        Invalid: {
            headers: {
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"];
            };
        };
        /** @description 401 without a bearer token, 403 with an invalid one or one that does not hold the role */
        ShortRefusal: {
            headers: {
                [name: string]: unknown;
            };
            content: {
                "application/json": {
                    /** @enum {string} */
                    error: "Unauthorized" | "Invalid token" | "Insufficient permissions";
                };
            };
        };
        /** @description No valid bearer token */
        Unauthenticated: {
            headers: {
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"];
            };
        };
        /** @description The provider said no (`card_declined`, `capture_declined`, `cancel_declined`, `refund_declined`) */
        Declined: {
            headers: {
                "Idempotent-Replayed": components["headers"]["IdempotentReplayed"];
                Location: components["headers"]["Location"];
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"] & {
                    decline_code: string;
                    payment_id: string;
                    refund_id?: string;
                };
            };
        };
        /** @description The role, or the caller's certificate, does not allow it */
        Forbidden: {
            headers: {
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"];
            };
        };
        /** @description No such payment within the caller's reach */
        NotFound: {
            headers: {
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"];
            };
        };
        /** @description Not now (`idempotency_key_in_use`, `payment_in_progress`, both with Retry-After) or not any more (`payment_not_capturable`, `payment_not_cancelable`, `payment_not_refundable`) */
        Conflict: {
            headers: {
                "Retry-After": components["headers"]["RetryAfter"];
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"];
            };
        };
        /** @description The body is larger than 16 KiB */
        TooLarge: {
            headers: {
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"];
            };
        };
        /** @description The body is not application/json */
        NotJson: {
            headers: {
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"];
            };
        };
        /** @description Understood, but it cannot be done (`idempotency_key_reused`, `amount_too_large`, `too_many_refunds`) */
        Unprocessable: {
            headers: {
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"];
            };
        };
        /** @description Nothing was begun (`provider_unavailable`), or the store is away; try again with the same key */
        Unavailable: {
            headers: {
                "Retry-After": components["headers"]["RetryAfter"];
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"];
            };
        };
    };
    parameters: {
        PaymentId: string;
        /** @description Visible ASCII, new for each intention; bare or as a quoted string, which is the same key. */
        IdempotencyKey: string;
        /** @description Only payments with this reference. */
        Reference: string;
        Limit: number;
        /** @description The `next_cursor` of the page before. */
        Cursor: string;
    };
    requestBodies: {
        NewPayment: {
            content: {
                "application/json": {
                    amount: components["schemas"]["Amount"];
                    currency: string;
                    /** @description A token of the payment provider, such as `pm_card_visa`; never a card number. */
                    payment_method: string;
                    /** @description What is paid, such as an order's id. */
                    reference: string;
                    /**
                     * @default automatic
                     * @enum {string}
                     */
                    capture?: "automatic" | "manual";
                    description?: string;
                };
            };
        };
    };
    headers: {
        /** @description The payment's version, quoted */
        ETag: string;
        /** @description Where the payment, or the list of its refunds, is found */
        Location: string;
        /** @description Seconds */
        RetryAfter: number;
        /** @description Present if this answer was given before */
        IdempotentReplayed: "true";
    };
    pathItems: never;
}
export type $defs = Record<string, never>;
export interface operations {
    listPaymentsAtRoot: {
        parameters: {
            query?: {
                /** @description Only payments with this reference. */
                reference?: components["parameters"]["Reference"];
                limit?: components["parameters"]["Limit"];
                /** @description The `next_cursor` of the page before. */
                cursor?: components["parameters"]["Cursor"];
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: components["responses"]["PaymentPage"];
            400: components["responses"]["Invalid"];
            401: components["responses"]["Unauthenticated"];
            403: components["responses"]["Forbidden"];
        };
    };
    createPaymentAtRoot: {
        parameters: {
            query?: never;
            header: {
                /** @description Visible ASCII, new for each intention; bare or as a quoted string, which is the same key. */
                "Idempotency-Key": components["parameters"]["IdempotencyKey"];
            };
            path?: never;
            cookie?: never;
        };
        requestBody: components["requestBodies"]["NewPayment"];
        responses: {
            201: components["responses"]["Made"];
            202: components["responses"]["Accepted"];
            400: components["responses"]["Invalid"];
            401: components["responses"]["ShortRefusal"];
            402: components["responses"]["Declined"];
            403: components["responses"]["ShortRefusal"];
            409: components["responses"]["Conflict"];
            413: components["responses"]["TooLarge"];
            415: components["responses"]["NotJson"];
            422: components["responses"]["Unprocessable"];
            503: components["responses"]["Unavailable"];
        };
    };
    listPayments: {
        parameters: {
            query?: {
                /** @description Only payments with this reference. */
                reference?: components["parameters"]["Reference"];
                limit?: components["parameters"]["Limit"];
                /** @description The `next_cursor` of the page before. */
                cursor?: components["parameters"]["Cursor"];
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: components["responses"]["PaymentPage"];
            400: components["responses"]["Invalid"];
            401: components["responses"]["Unauthenticated"];
            403: components["responses"]["Forbidden"];
        };
    };
    createPayment: {
        parameters: {
            query?: never;
            header: {
                /** @description Visible ASCII, new for each intention; bare or as a quoted string, which is the same key. */
                "Idempotency-Key": components["parameters"]["IdempotencyKey"];
            };
            path?: never;
            cookie?: never;
        };
        requestBody: components["requestBodies"]["NewPayment"];
        responses: {
            201: components["responses"]["Made"];
            202: components["responses"]["Accepted"];
            400: components["responses"]["Invalid"];
            401: components["responses"]["ShortRefusal"];
            402: components["responses"]["Declined"];
            403: components["responses"]["ShortRefusal"];
            409: components["responses"]["Conflict"];
            413: components["responses"]["TooLarge"];
            415: components["responses"]["NotJson"];
            422: components["responses"]["Unprocessable"];
            503: components["responses"]["Unavailable"];
        };
    };
    getPayment: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: components["parameters"]["PaymentId"];
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: components["responses"]["Payment"];
            401: components["responses"]["Unauthenticated"];
            403: components["responses"]["Forbidden"];
            404: components["responses"]["NotFound"];
        };
    };
    capturePayment: {
        parameters: {
            query?: never;
            header: {
                /** @description Visible ASCII, new for each intention; bare or as a quoted string, which is the same key. */
                "Idempotency-Key": components["parameters"]["IdempotencyKey"];
            };
            path: {
                id: components["parameters"]["PaymentId"];
            };
            cookie?: never;
        };
        requestBody?: {
            content: {
                "application/json": {
                    amount?: components["schemas"]["Amount"];
                };
            };
        };
        responses: {
            200: components["responses"]["Payment"];
            202: components["responses"]["Accepted"];
            400: components["responses"]["Invalid"];
            401: components["responses"]["Unauthenticated"];
            402: components["responses"]["Declined"];
            403: components["responses"]["Forbidden"];
            404: components["responses"]["NotFound"];
            409: components["responses"]["Conflict"];
            413: components["responses"]["TooLarge"];
            415: components["responses"]["NotJson"];
            422: components["responses"]["Unprocessable"];
            503: components["responses"]["Unavailable"];
        };
    };
    cancelPayment: {
        parameters: {
            query?: never;
            header: {
                /** @description Visible ASCII, new for each intention; bare or as a quoted string, which is the same key. */
                "Idempotency-Key": components["parameters"]["IdempotencyKey"];
            };
            path: {
                id: components["parameters"]["PaymentId"];
            };
            cookie?: never;
        };
        requestBody?: {
            content: {
                "application/json": Record<string, never>;
            };
        };
        responses: {
            200: components["responses"]["Payment"];
            202: components["responses"]["Accepted"];
            400: components["responses"]["Invalid"];
            401: components["responses"]["Unauthenticated"];
            402: components["responses"]["Declined"];
            403: components["responses"]["Forbidden"];
            404: components["responses"]["NotFound"];
            409: components["responses"]["Conflict"];
            413: components["responses"]["TooLarge"];
            415: components["responses"]["NotJson"];
            422: components["responses"]["Unprocessable"];
            503: components["responses"]["Unavailable"];
        };
    };
    listRefunds: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: components["parameters"]["PaymentId"];
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description All refunds */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        data: components["schemas"]["Refund"][];
                        /** @constant */
                        has_more: false;
                    };
                };
            };
            401: components["responses"]["Unauthenticated"];
            403: components["responses"]["Forbidden"];
            404: components["responses"]["NotFound"];
        };
    };
    createRefund: {
        parameters: {
            query?: never;
            header: {
                /** @description Visible ASCII, new for each intention; bare or as a quoted string, which is the same key. */
                "Idempotency-Key": components["parameters"]["IdempotencyKey"];
            };
            path: {
                id: components["parameters"]["PaymentId"];
            };
            cookie?: never;
        };
        requestBody?: {
            content: {
                "application/json": {
                    amount?: components["schemas"]["Amount"];
                    reason?: string;
                };
            };
        };
        responses: {
            /** @description Refunded */
            201: {
                headers: {
                    "Idempotent-Replayed": components["headers"]["IdempotentReplayed"];
                    Location: components["headers"]["Location"];
                    ETag: components["headers"]["ETag"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Refund"];
                };
            };
            /** @description The provider's verdict is not known yet; the amount stays reserved */
            202: {
                headers: {
                    Location: components["headers"]["Location"];
                    "Retry-After": components["headers"]["RetryAfter"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Refund"];
                };
            };
            400: components["responses"]["Invalid"];
            401: components["responses"]["Unauthenticated"];
            402: components["responses"]["Declined"];
            403: components["responses"]["Forbidden"];
            404: components["responses"]["NotFound"];
            409: components["responses"]["Conflict"];
            413: components["responses"]["TooLarge"];
            415: components["responses"]["NotJson"];
            422: components["responses"]["Unprocessable"];
            503: components["responses"]["Unavailable"];
        };
    };
}
