//! The contractor record as plain structs: what a program without policies would parse a roster into.
#![allow(dead_code, reason = "the structs are parsed into and thrown away")]

use serde::Deserialize;

macro_rules! records {
    ($($name:ident { $($field:ident: $of:ty,)* })*) => {
        $(
            #[derive(Deserialize)]
            pub(crate) struct $name {
                $(#[serde(default)] $field: Option<$of>,)*
            }
        )*
    };
}

records! {
    Address {
        line1: String,
        line2: String,
        city: String,
        region: String,
        postcode: String,
        country: String,
    }
    Contractor {
        id: String,
        legal_name: String,
        aliases: Vec<String>,
        date_of_birth: String,
        nationality: String,
        residence: Address,
        claimed_location: Place,
        engaged_on: String,
        ended_on: String,
        role: String,
        privileged_access: bool,
        engagement: Engagement,
        identity_documents: Vec<IdentityDocument>,
        profiles: Vec<Profile>,
        contacts: Vec<Contact>,
        accounts: Vec<Account>,
        logins: Vec<Login>,
        devices: Vec<Device>,
        activity: Vec<ActivityDay>,
        payments: Vec<Payment>,
        payment_requests: Vec<PaymentRequest>,
        account_changes: Vec<AccountChange>,
        shipments: Vec<Shipment>,
        first_contact: FirstContact,
        channel_requests: Vec<ChannelRequest>,
        meetings: Vec<Meeting>,
        interviews: Vec<Interview>,
        messages: Vec<Message>,
        tasks: Vec<Task>,
        commits: Vec<Commit>,
        documents: Vec<Document>,
        company_charges: Vec<CompanyCharge>,
        checks: Vec<Check>,
        incidents: Vec<Incident>,
        assessments: Assessment,
    }
    Place {
        country: String,
        region: String,
        city: String,
        utc_offset: String,
    }
    Engagement {
        kind: String,
        platform: String,
        vendor: String,
        business_hours_start: String,
        business_hours_end: String,
        remote_desktop_is_standard: bool,
        commercial_vpn_allowed: bool,
        subcontracting_allowed: bool,
        agreed_payment_method: String,
        first_milestone_paid_on: String,
        time_zone: String,
    }
    IdentityDocument {
        kind: String,
        number: String,
        name: String,
        date_of_birth: String,
        nationality: String,
        issuing_country: String,
        address: Address,
        expires_on: String,
        verification: String,
        verified_on: String,
        tampering_suspected: bool,
        image_quality: String,
    }
    Profile {
        source: String,
        platform: String,
        url: String,
        name: String,
        nationality: String,
        location: Place,
        email: String,
        phone: String,
        education: Vec<Education>,
        employment: Vec<Employment>,
        created_on: String,
        pages: f64,
        connections: f64,
        posts: f64,
        domain_registered_on: String,
    }
    Education {
        school: String,
        degree: String,
        from: String,
        until: String,
    }
    Employment {
        employer: String,
        title: String,
        from: String,
        until: String,
    }
    Contact {
        kind: String,
        value: String,
        valid_from: String,
        valid_until: String,
        working: bool,
        line: String,
    }
    Account {
        platform: String,
        id: String,
        holder_name: String,
        status: String,
        opened_on: String,
        verified_on: String,
        document_digests: Vec<String>,
    }
    Login {
        account: String,
        started_at: String,
        ended_at: String,
        ip: String,
        country: String,
        network: String,
        remote_port: f64,
        remote_tool: String,
        device: String,
        service_account: bool,
    }
    Device {
        id: String,
        shipped_to: Address,
        seen_in: Vec<String>,
        remote_tools: Vec<String>,
        company_owned: bool,
    }
    ActivityDay {
        on: String,
        first_at: String,
        last_at: String,
        share_in_business_hours: String,
    }
    Payment {
        paid_at: String,
        amount: String,
        method: String,
        provider: String,
        provider_country: String,
        payee_name: String,
        account: String,
        bank_country: String,
        intermediaries: Vec<String>,
    }
    PaymentRequest {
        requested_at: String,
        amount: String,
        method: String,
        provider: String,
        provider_country: String,
        milestone_met: bool,
        check_in_held: bool,
        prepayment: bool,
        bank_transfer_declined: bool,
        wallet: String,
    }
    AccountChange {
        requested_at: String,
        kind: String,
        new_holder_name: String,
        reason: String,
    }
    Shipment {
        requested_on: String,
        item: String,
        address: Address,
        address_kind: String,
        requested_by_contractor: bool,
        cannot_receive_at_document_address: bool,
        recent_move_documented: bool,
    }
    FirstContact {
        at: String,
        channel: String,
        unsolicited: bool,
        claimed_title: String,
        company: String,
        company_verified: bool,
    }
    ChannelRequest {
        requested_at: String,
        by_contractor: bool,
        to: String,
        permitted_by_policy: bool,
    }
    Meeting {
        scheduled_at: String,
        kind: String,
        attended: bool,
        camera_requested: bool,
        camera_on: bool,
        consistent_appearance: bool,
    }
    Interview {
        held_on: String,
        kind: String,
        identity_verified: bool,
        photo_matches_document: bool,
        by: String,
    }
    Message {
        sent_at: String,
        instant_channel: bool,
        within_business_hours: bool,
        answered_after: String,
    }
    Task {
        due_on: String,
        done_on: String,
        answered: bool,
    }
    Commit {
        at: String,
        author_email: String,
        committer_email: String,
    }
    Document {
        kind: String,
        sent_at: String,
        account: String,
        template_digest: String,
        issuer_contact_fields: f64,
        corroborated: bool,
    }
    CompanyCharge {
        charged_at: String,
        amount: String,
        authorised: bool,
    }
    Check {
        kind: String,
        done_on: String,
        result: String,
        contact_source: String,
        by: String,
        reference: String,
    }
    Incident {
        on: String,
        kind: String,
        summary: String,
    }
    Assessment {
        portfolio_superficial: bool,
        documents_reviewed_on: String,
        work_by_other_person_suspected: bool,
        notes: String,
    }
}
