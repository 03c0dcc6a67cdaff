// From openapi/auth.yaml by `npm run generate`; not to be edited.
export interface paths {
    "/users": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * The people of the realm by username, page by page
         * @description Permission `user:list:any` (support, admin). Support sees addresses and names masked.
         */
        get: operations["listPeople"];
        put?: never;
        /**
         * Add a person
         * @description Permission `user:create:any` (admin).
         */
        post: operations["createPerson"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/users/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The person's id. On public paths `me` stands for whoever asks. */
                id: components["parameters"]["PersonId"];
            };
            cookie?: never;
        };
        /**
         * One person
         * @description Permission `user:read` (own - everybody; any - support, masked, and admin).
         */
        get: operations["getPerson"];
        put?: never;
        post?: never;
        /**
         * Erase a person and the key of the encrypted fields; the audit trail stays
         * @description Permission `user:erase` (own - everybody, oneself; any - admin, others, not himself). It holds for backups
         *     too, which have never held the key. Orders and payments stay, as accounts must, under an id that means
         *     nobody from then on.
         */
        delete: operations["erasePerson"];
        options?: never;
        head?: never;
        /**
         * Change names, address or, as an administrator, whether the account is open
         * @description Permission `user:update` (own - everybody; any - admin). A new address is unconfirmed. Closing an account
         *     voids its tokens.
         */
        patch: operations["updatePerson"];
        trace?: never;
    };
    "/users/{id}/export": {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The person's id. On public paths `me` stands for whoever asks. */
                id: components["parameters"]["PersonId"];
            };
            cookie?: never;
        };
        /**
         * All that this service holds about a person, as a file
         * @description Permission `user:export` (own - everybody; any - admin). The orders and payments of a person are what
         *     their services list for that person.
         */
        get: operations["exportPerson"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/users/{id}/password": {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The person's id. On public paths `me` stands for whoever asks. */
                id: components["parameters"]["PersonId"];
            };
            cookie?: never;
        };
        get?: never;
        /**
         * Set a password; tokens issued before are void
         * @description Permission `password:set` (own - everybody, showing the current one, under the same lock as a login;
         *     any - admin, for others, which also opens a locked account).
         */
        put: operations["setPassword"];
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/users/{id}/roles": {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The person's id. On public paths `me` stands for whoever asks. */
                id: components["parameters"]["PersonId"];
            };
            cookie?: never;
        };
        get?: never;
        /**
         * Give exactly these roles; what is not listed is taken
         * @description Permission `role:assign:any` (admin). Nobody takes the admin role from himself.
         */
        put: operations["assignRoles"];
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/users/{id}/audit": {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The person's id. On public paths `me` stands for whoever asks. */
                id: components["parameters"]["PersonId"];
            };
            cookie?: never;
        };
        /**
         * Who changed the record, newest first; also of an erased person
         * @description Permission `audit:read:any` (admin).
         */
        get: operations["getAudit"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/roles": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * The roles that the realm knows
         * @description Permission `role:read:any` (support, admin).
         */
        get: operations["listRoles"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/internal/credentials/verify": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Is this name and password a person who may log in?
         * @description Caller `auth-server`. Unknown, wrong, locked and disabled get the same answer after the same work.
         *     `X-Forwarded-For` carries the browser's address, for the limit per address.
         */
        post: operations["verifyCredentials"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/internal/users": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * A person signs up at the auth server's page
         * @description Caller `auth-server`. The roles are those that the realm gives everybody; the role admin is refused. The audit
         *     trail names `service:auth-server`.
         */
        post: operations["registerPerson"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/internal/users/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The person's id. On public paths `me` stands for whoever asks. */
                id: components["parameters"]["PersonId"];
            };
            cookie?: never;
        };
        /**
         * A person as tokens describe him, past every cache
         * @description Caller `auth-server`.
         */
        get: operations["getPersonForTokens"];
        put?: never;
        post?: never;
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
        /** @description Role names by client id */
        ClientRoles: {
            [key: string]: string[];
        };
        Person: {
            /** Format: uuid */
            id: string;
            username: string;
            email: string | null;
            email_verified: boolean;
            first_name: string | null;
            last_name: string | null;
            enabled: boolean;
            realm_roles: string[];
            client_roles: components["schemas"]["ClientRoles"];
            /** Format: date-time */
            created_at: string;
            /** Format: date-time */
            updated_at: string;
            version: number;
        };
        PersonPage: {
            items: components["schemas"]["Person"][];
            has_more: boolean;
            next_cursor: string | null;
        };
        NewPerson: {
            username: string;
            email?: string;
            first_name?: string;
            last_name?: string;
            /** @default true */
            enabled: boolean;
            /** @default false */
            email_verified: boolean;
            realm_roles?: string[];
            client_roles?: components["schemas"]["ClientRoles"];
            password?: string;
        };
        Registration: {
            realm: string;
            username: string;
            email: string;
            first_name?: string;
            last_name?: string;
            realm_roles?: string[];
            password: string;
        };
        PersonChanges: {
            /** @description Empty takes the address away. */
            email?: string;
            first_name?: string;
            last_name?: string;
            /** @description Administrators only. */
            enabled?: boolean;
            /** @description Administrators only. */
            email_verified?: boolean;
        };
        PasswordChange: {
            /** @description Needed for one's own. */
            current_password?: string;
            new_password: string;
        };
        RoleAssignment: {
            realm_roles: string[];
            client_roles: components["schemas"]["ClientRoles"];
        };
        Role: {
            name: string;
            /** @description Null for a role of the realm. */
            client: string | null;
            description: string;
        };
        AuditRecord: {
            sequence: number;
            /** Format: date-time */
            at: string;
            actor: string;
            /** @enum {string} */
            action: "person_created" | "person_updated" | "password_set" | "roles_assigned" | "person_erased";
            /** @description Names of what changed */
            fields: string[];
        };
        PersonExport: {
            /** Format: date-time */
            exported_at: string;
            /** @description The members of Person, and the realm, has_password and tokens_void_before (Unix seconds). */
            person: Record<string, never>;
            failed_logins: {
                count: number;
                /** Format: date-time */
                last: string | null;
                /** Format: date-time */
                locked_until: string | null;
            };
            /** @description As AuditRecord; the actor is self, administrator, import or service:<role>. */
            audit: components["schemas"]["AuditRecord"][];
        };
        Credentials: {
            realm: string;
            /** @description Username or e-mail address. */
            username: string;
            password: string;
        };
        PersonForTokens: {
            id: string;
            username: string;
            email: string;
            email_verified: boolean;
            first_name: string;
            last_name: string;
            realm_roles: string[];
            client_roles: components["schemas"]["ClientRoles"];
            enabled: boolean;
            /** @description Unix seconds; tokens issued before are void. */
            not_before: number;
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
        /** @description The request cannot be understood; `detail` names the field */
        Invalid: {
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
        /** @description No permission, or a caller whose certificate is not allowed here */
        Forbidden: {
            headers: {
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"];
            };
        };
        /** @description Unknown, or not yours */
        NotFound: {
            headers: {
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"];
            };
        };
        /** @description Code `username_taken`, `email_taken`, `own_account` or `own_admin_role` */
        Conflict: {
            headers: {
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"];
            };
        };
        /** @description Code `version_mismatch` */
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
        /** @description Code `invalid_username`, `invalid_email`, `invalid_name`, `weak_password` or `unknown_role` */
        Unprocessable: {
            headers: {
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"];
            };
        };
        /** @description Too much is waiting already, code `hashing_busy`; try again later */
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
        /** @description The person's id. On public paths `me` stands for whoever asks. */
        PersonId: string;
        IfMatch: string;
    };
    requestBodies: never;
    headers: {
        /** @description The record's version */
        ETag: string;
    };
    pathItems: never;
}
export type $defs = Record<string, never>;
export interface operations {
    listPeople: {
        parameters: {
            query?: {
                limit?: number;
                /** @description The `next_cursor` of the page before. */
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
                    "application/json": components["schemas"]["PersonPage"];
                };
            };
            400: components["responses"]["Invalid"];
            401: components["responses"]["Unauthenticated"];
            403: components["responses"]["Forbidden"];
        };
    };
    createPerson: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["NewPerson"];
            };
        };
        responses: {
            /** @description The person */
            201: {
                headers: {
                    ETag: components["headers"]["ETag"];
                    /** @description Path of the new person */
                    Location?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Person"];
                };
            };
            400: components["responses"]["Invalid"];
            401: components["responses"]["Unauthenticated"];
            403: components["responses"]["Forbidden"];
            409: components["responses"]["Conflict"];
            422: components["responses"]["Unprocessable"];
            503: components["responses"]["Unavailable"];
        };
    };
    getPerson: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The person's id. On public paths `me` stands for whoever asks. */
                id: components["parameters"]["PersonId"];
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The person */
            200: {
                headers: {
                    ETag: components["headers"]["ETag"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Person"];
                };
            };
            401: components["responses"]["Unauthenticated"];
            403: components["responses"]["Forbidden"];
            404: components["responses"]["NotFound"];
        };
    };
    erasePerson: {
        parameters: {
            query?: never;
            header: {
                "If-Match": components["parameters"]["IfMatch"];
            };
            path: {
                /** @description The person's id. On public paths `me` stands for whoever asks. */
                id: components["parameters"]["PersonId"];
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Erased */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            401: components["responses"]["Unauthenticated"];
            403: components["responses"]["Forbidden"];
            404: components["responses"]["NotFound"];
            409: components["responses"]["Conflict"];
            412: components["responses"]["PreconditionFailed"];
            428: components["responses"]["PreconditionRequired"];
        };
    };
    updatePerson: {
        parameters: {
            query?: never;
            header: {
                "If-Match": components["parameters"]["IfMatch"];
            };
            path: {
                /** @description The person's id. On public paths `me` stands for whoever asks. */
                id: components["parameters"]["PersonId"];
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["PersonChanges"];
            };
        };
        responses: {
            /** @description The person as it is now */
            200: {
                headers: {
                    ETag: components["headers"]["ETag"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Person"];
                };
            };
            400: components["responses"]["Invalid"];
            401: components["responses"]["Unauthenticated"];
            403: components["responses"]["Forbidden"];
            404: components["responses"]["NotFound"];
            409: components["responses"]["Conflict"];
            412: components["responses"]["PreconditionFailed"];
            422: components["responses"]["Unprocessable"];
            428: components["responses"]["PreconditionRequired"];
        };
    };
    exportPerson: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The person's id. On public paths `me` stands for whoever asks. */
                id: components["parameters"]["PersonId"];
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The person's data */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["PersonExport"];
                };
            };
            401: components["responses"]["Unauthenticated"];
            403: components["responses"]["Forbidden"];
            404: components["responses"]["NotFound"];
        };
    };
    setPassword: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The person's id. On public paths `me` stands for whoever asks. */
                id: components["parameters"]["PersonId"];
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["PasswordChange"];
            };
        };
        responses: {
            /** @description Set */
            204: {
                headers: {
                    ETag: components["headers"]["ETag"];
                    [name: string]: unknown;
                };
                content?: never;
            };
            400: components["responses"]["Invalid"];
            401: components["responses"]["Unauthenticated"];
            /** @description Not permitted, or code `wrong_password` */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            404: components["responses"]["NotFound"];
            422: components["responses"]["Unprocessable"];
            503: components["responses"]["Unavailable"];
        };
    };
    assignRoles: {
        parameters: {
            query?: never;
            header: {
                "If-Match": components["parameters"]["IfMatch"];
            };
            path: {
                /** @description The person's id. On public paths `me` stands for whoever asks. */
                id: components["parameters"]["PersonId"];
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["RoleAssignment"];
            };
        };
        responses: {
            /** @description The person as it is now */
            200: {
                headers: {
                    ETag: components["headers"]["ETag"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Person"];
                };
            };
            400: components["responses"]["Invalid"];
            401: components["responses"]["Unauthenticated"];
            403: components["responses"]["Forbidden"];
            404: components["responses"]["NotFound"];
            409: components["responses"]["Conflict"];
            412: components["responses"]["PreconditionFailed"];
            422: components["responses"]["Unprocessable"];
            428: components["responses"]["PreconditionRequired"];
        };
    };
    getAudit: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The person's id. On public paths `me` stands for whoever asks. */
                id: components["parameters"]["PersonId"];
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description At most 200 records; none for an id that never was */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        items: components["schemas"]["AuditRecord"][];
                    };
                };
            };
            401: components["responses"]["Unauthenticated"];
            403: components["responses"]["Forbidden"];
        };
    };
    listRoles: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Roles of the realm first, then by client */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        items: components["schemas"]["Role"][];
                    };
                };
            };
            401: components["responses"]["Unauthenticated"];
            403: components["responses"]["Forbidden"];
        };
    };
    verifyCredentials: {
        parameters: {
            query?: never;
            header?: {
                "X-Forwarded-For"?: string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["Credentials"];
            };
        };
        responses: {
            /** @description The person */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["PersonForTokens"];
                };
            };
            400: components["responses"]["Invalid"];
            /** @description Code `invalid_credentials` */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            403: components["responses"]["Forbidden"];
            /** @description Code `too_many_attempts` - too many failures from this address */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            503: components["responses"]["Unavailable"];
        };
    };
    registerPerson: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["Registration"];
            };
        };
        responses: {
            /** @description The person */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["PersonForTokens"];
                };
            };
            400: components["responses"]["Invalid"];
            403: components["responses"]["Forbidden"];
            409: components["responses"]["Conflict"];
            422: components["responses"]["Unprocessable"];
            503: components["responses"]["Unavailable"];
        };
    };
    getPersonForTokens: {
        parameters: {
            query?: {
                realm?: string;
            };
            header?: never;
            path: {
                /** @description The person's id. On public paths `me` stands for whoever asks. */
                id: components["parameters"]["PersonId"];
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The person */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["PersonForTokens"];
                };
            };
            403: components["responses"]["Forbidden"];
            404: components["responses"]["NotFound"];
        };
    };
}
