"""Wordings of what is asked. ``{vt}`` points at the passage: ``sau`` before it, ``trên`` after."""

from collections.abc import Mapping

SUMMARY = (
    "Tóm tắt tin {vt} trong một câu.",
    "Viết một câu ngắn nêu ý chính của tin {vt}.",
    "Tin {vt} nói gì? [Trả lời|Đáp] bằng một câu.",
    "Rút đoạn tin {vt} thành một câu.",
    "Nêu nội dung chính của mẩu tin {vt}, một câu thôi.",
    "Tóm lược giúp tôi mẩu tin {vt}.",
    "Đặt một câu tóm tắt cho đoạn {vt}.",
    "Hãy kể lại tin {vt} thật ngắn, chỉ một câu.",
    "Thu gọn bản tin {vt} còn một câu.",
    "Đoạn {vt} dài quá, cho tôi một câu tóm tắt.",
    "Ý chính của tin {vt} là gì?",
    "Ghi lại tin {vt} bằng một câu cho người bận.",
)

QUESTION = (
    "{q}",
    "Đọc tin {vt} rồi trả lời: {q}",
    "Dựa vào tin {vt}, {ql}",
    "Theo đoạn {vt}, {ql}",
    "Trả lời ngắn gọn theo tin {vt}: {q}",
    "Cho tôi hỏi: {q}",
    "Câu hỏi về tin {vt}: {q}",
    "Xem đoạn {vt} và cho biết: {q}",
    "Trong tin {vt}, {ql}",
    "Tìm câu trả lời trong đoạn {vt}: {q}",
)

TOPIC = (
    "Tin {vt} thuộc chủ đề nào?",
    "Xếp tin {vt} vào một chủ đề.",
    "Chọn chủ đề [hợp|đúng] với đoạn {vt}.",
    "Gắn nhãn chủ đề cho mẩu tin {vt}.",
    "Nên đăng tin {vt} ở mục nào?",
    "Phân loại đoạn tin {vt}.",
    "Chủ đề của bài {vt} là gì?",
    "Đoạn {vt} nói về lĩnh vực nào?",
    "Cho biết chuyên mục của tin {vt}.",
    "Tòa soạn xếp tin {vt} vào mục gì?",
)

KEYED = (
    "Lấy từ tin {vt} các mục: {k}.",
    "Điền các mục sau theo tin {vt}: {k}.",
    "Ghi {k} của tin {vt}, kèm tên mục.",
    "Lập bảng nhỏ cho đoạn {vt}: {k}.",
    "Trích từ đoạn {vt}, có tên mục: {k}.",
    "Đọc tin {vt} và điền: {k}.",
)

BARE = (
    "Chỉ ghi {k} trong tin {vt}, không kèm tên mục.",
    "Cho tôi {k} ở tin {vt}, cách nhau bằng dấu chấm phẩy.",
    "Chép ra {k} từ đoạn {vt}, chỉ nội dung.",
    "Liệt kê {k} nêu trong mẩu tin {vt}, không giải thích.",
    "Tìm {k} trong đoạn {vt}, viết liền bằng dấu chấm phẩy.",
    "Chỉ cần {k} của tin {vt}, bỏ tên mục.",
)

REWRITE: Mapping[str, tuple[str, ...]] = {
    "dao": (
        "Đảo câu {vt}, bắt đầu từ {b}.",
        "Viết lại câu {vt} với {b} đứng đầu.",
        "Nói lại ý của câu {vt}, mở đầu bằng {b}.",
        "Đổi câu {vt} sang cách nói bắt đầu bằng {b}.",
        "Giữ nghĩa câu {vt} nhưng đưa {b} lên đầu.",
    ),
    "trang_trong": (
        "Viết lại lời {vt} cho trang trọng.",
        "Đổi tin nhắn {vt} thành câu lịch sự.",
        "Chuyển lời nói {vt} sang văn viết.",
        "Sửa lời {vt} thành một dòng thông báo nghiêm túc.",
        "Tin nhắn {vt} suồng sã quá, viết lại cho đúng mực.",
        "Viết câu {vt} theo kiểu công sở.",
        "Ghi lại lời {vt} thành câu ngắn, lịch sự.",
    ),
    "ngoi_ba": (
        "Viết lại lời {vt} theo ngôi thứ ba.",
        "Kể lại lời {vt}, gọi người nói bằng tên.",
        "Đổi lời tự kể {vt} thành lời người khác kể.",
        "Bỏ chữ tôi, thuật lại câu {vt}.",
        "Thuật lại câu {vt} như một người viết tin.",
    ),
    "thoi_gian": (
        "Viết lại câu {vt}, đưa thời gian lên đầu.",
        "Đặt thời gian ở đầu câu {vt}.",
        "Nói lại câu {vt}, mở đầu bằng lúc xảy ra.",
        "Chuyển phần chỉ thời gian của câu {vt} lên trước.",
        "Sắp xếp lại câu {vt}: thời gian trước, việc sau.",
    ),
}

FOLLOW = (
    "{q}",
    "{q}",
    "Thế {ql}",
    "Vậy {ql}",
    "Còn nữa, {ql}",
    "Hỏi thêm: {q}",
    "Cho biết thêm, {ql}",
)

VAGUE: Mapping[str, tuple[str, ...]] = {
    "tom_tat": (
        "Tin nói về một sự việc.",
        "Có một chuyện vừa xảy ra.",
        "Bài kể nhiều điều.",
        "Đây là một mẩu tin ngắn.",
    ),
    "hoi_dap": ("Tôi không rõ.", "Có nhắc trong tin.", "Một người nào đó.", "Bài không nói."),
    "trich_xuat": ("Có đủ trong tin.", "Không rõ; không rõ.", "Xin xem lại tin."),
    "phan_loai": ("tin tức", "chuyện khác", "không rõ"),
    "viet_lai": ("Câu này đã ổn.", "Xin thông báo cho mọi người biết.", "Mọi người chú ý."),
}

LABELS = (
    "thể thao",
    "thời tiết",
    "giao thông",
    "nông nghiệp",
    "giáo dục",
    "y tế",
    "văn hóa",
    "kinh doanh",
    "môi trường",
    "việc làm",
    "đời sống",
)
