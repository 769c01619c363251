"""Frames of education and health."""

from sample.frame import Frame

SCHOOL = (
    Frame(
        "thi_hoc",
        "giáo dục",
        {
            "who": "person young",
            "lop": "class 6 12",
            "tr": "school",
            "mon": "subject",
            "gv": ("person"),
            "d": "int 85 100",
        },
        (
            "Em {who}, {lop} {tr}, [đạt|được] {d} điểm môn {mon} và giành giải nhất. Người "
            "[dạy|kèm] em là giáo viên {gv}.",
            "Giải nhất môn {mon} [thuộc về|về tay] em {who} của {tr} với {d} điểm. Em học "
            "{lop}, do giáo viên {gv} [hướng dẫn|dạy].",
            "Giáo viên {gv} của {tr} [vui mừng|tự hào] vì em {who} {lop} giành giải nhất môn "
            "{mon}, [được|đạt] {d} điểm.",
        ),
        "Em {who} giành giải nhất môn {mon}.",
        {
            "who": ("học sinh", "Học sinh nào giành giải nhất?|Em nào được giải nhất?"),
            "lop": ("lớp", "Em {who_g} học lớp nào?|Học sinh này học lớp mấy?"),
            "tr": ("trường", "Em {who_g} học trường nào?|Học sinh của trường nào được giải?"),
            "mon": ("môn", "Em {who_g} thi môn gì?|Giải nhất là của môn nào?"),
            "gv": ("giáo viên", "Giáo viên của em là ai?|Ai dạy em {who_g}?"),
            "d": ("số điểm", "Em {who_g} được bao nhiêu điểm?|Bài thi được mấy điểm?"),
        },
    ),
    Frame(
        "hoc_bong",
        "giáo dục",
        {
            "who": "person old",
            "tr": "primary",
            "n": "int 10 95",
            "tien": "tr 1 9",
            "d": "date",
            "cty": "firm",
        },
        (
            "{who_t}, chủ công ty {cty}, [tặng|trao] {n} suất học bổng cho {tr} {d}. Mỗi suất "
            "[trị giá|là] {tien}.",
            "{d}, {tr} nhận {n} suất học bổng, mỗi suất {tien}. [Người trao|Nhà tài trợ] là "
            "{who_t} của công ty {cty}.",
            "{n} học sinh {tr} có học bổng {tien} [một em|mỗi em] nhờ {who_t}. Công ty {cty} "
            "[trao quà|trao tiền] {d}.",
        ),
        "{who_t} tặng {tr} {n} suất học bổng.",
        {
            "who": ("người tặng", "Ai tặng học bổng?|Nhà tài trợ là ai?"),
            "tr": ("trường nhận", "Trường nào nhận học bổng?|Học bổng trao cho trường nào?"),
            "n": ("số suất", "Có bao nhiêu suất?|Mấy học sinh được nhận?"),
            "tien": ("giá trị một suất", "Mỗi suất bao nhiêu tiền?|Một suất trị giá bao nhiêu?"),
            "cty": ("công ty", "{who_a} ở công ty nào?|Công ty nào trao học bổng?"),
            "d": ("ngày trao", "Học bổng trao ngày nào?|Ngày nào trao học bổng?"),
        },
    ),
    Frame(
        "thu_vien",
        "giáo dục",
        {
            "tr": "primary",
            "n": "int 300 6000 50",
            "who": "person",
            "d": "date",
            "m": "int 40 220",
            "g": "hour 16 19",
        },
        (
            "{tr} mở thư viện rộng {m} mét vuông với {n} cuốn sách từ {d}. [Thủ thư|Người coi "
            "sách] {who} cho mượn đến {g} [mỗi ngày|hằng ngày].",
            "Thủ thư {who} [đón|mời] học sinh tới thư viện mới của {tr} từ {d}. [Phòng "
            "rộng|Phòng đọc] {m} mét vuông, có {n} cuốn sách, đóng cửa lúc {g}.",
            "{n} cuốn sách [nằm trong|xếp kín] phòng đọc {m} mét vuông của {tr}, mở từ {d}, "
            "đóng lúc {g} hằng ngày. Thủ thư là {who}.",
        ),
        "{tr} mở thư viện {n} cuốn sách.",
        {
            "tr": ("trường", "Trường nào mở thư viện?|Thư viện ở trường nào?"),
            "n": ("số sách", "Thư viện có bao nhiêu cuốn sách?|Có mấy cuốn sách?"),
            "who": ("thủ thư", "Thủ thư là ai?|Ai trông thư viện?"),
            "m": ("diện tích", "Thư viện rộng bao nhiêu mét vuông?|Phòng đọc rộng mấy mét vuông?"),
            "d": ("ngày mở", "Thư viện mở từ ngày nào?|Ngày nào thư viện bắt đầu mở?"),
            "g": ("giờ đóng cửa", "Mấy giờ thư viện đóng cửa?|Thư viện cho mượn tới mấy giờ?"),
        },
    ),
    Frame(
        "tuyen_sinh",
        "giáo dục",
        {"tr": "school", "n": "int 80 600 5", "d": "period", "who": "person", "p": "int 2 40"},
        (
            "{tr} [tuyển|nhận] {n} học sinh, [thu|nhận] hồ sơ từ {d} đến {d_e} ở phòng số {p}. "
            "[Gặp|Xin gặp] cán bộ {who}.",
            "Từ {d}, cán bộ {who} [nhận|thu] hồ sơ vào {tr} tại phòng số {p}. Trường lấy {n} "
            "em, hạn cuối {d_e}.",
            "Phòng số {p} của {tr} là nơi [nộp|nhận] hồ sơ cho {n} chỗ học, mở {d}, đóng {d_e}. "
            "[Người phụ trách|Phụ trách] là {who}.",
        ),
        "{tr} tuyển {n} học sinh từ {d} đến {d_e}.",
        {
            "tr": ("trường", "Trường nào tuyển học sinh?|Hồ sơ nộp vào trường nào?"),
            "n": ("chỉ tiêu", "Trường tuyển bao nhiêu em?|Có mấy chỗ học?"),
            "d": ("ngày bắt đầu", "Nhận hồ sơ từ ngày nào?|Ngày đầu nộp hồ sơ là ngày nào?"),
            "d_e": ("hạn cuối", "Hạn cuối nộp hồ sơ là ngày nào?|Nhận hồ sơ đến ngày nào?"),
            "who": ("người nhận hồ sơ", "Ai nhận hồ sơ?|Nộp hồ sơ thì gặp ai?"),
            "p": ("số phòng", "Nộp hồ sơ ở phòng số mấy?|Phòng nhận hồ sơ là phòng số nào?"),
        },
    ),
    Frame(
        "tham_quan",
        "giáo dục",
        {
            "lop": "class 3 9",
            "noi": "museum",
            "gv": "person",
            "n": "int 22 48",
            "h": "hour 5 8",
            "tien": "k 50 250 5",
        },
        (
            "{lop} gồm {n} em đi thăm {noi}, xe [chạy|xuất phát] lúc {h}. Mỗi em [đóng|góp] "
            "{tien}, nộp cho giáo viên {gv}.",
            "Giáo viên {gv} dẫn {n} em {lop} đi {noi}. [Tiền xe|Chi phí] mỗi em {tien}, [tập "
            "trung|có mặt] lúc {h}.",
            "Lúc {h}, xe đưa {n} em {lop} tới {noi}. [Đi cùng|Dẫn đoàn] là giáo viên {gv}; tiền "
            "xe {tien} một em.",
        ),
        "Giáo viên {gv} đưa {lop} đi thăm {noi}.",
        {
            "lop": ("lớp", "Lớp nào đi tham quan?|Lớp nào được đi?"),
            "noi": ("nơi đến", "Các em đi đâu?|Lớp thăm nơi nào?"),
            "gv": ("giáo viên", "Giáo viên nào dẫn lớp?|Ai dẫn các em đi?"),
            "n": ("số em", "Có bao nhiêu em đi?|Đoàn có mấy em?"),
            "h": ("giờ đi", "Xe đi lúc mấy giờ?|Mấy giờ các em đi?"),
            "tien": ("tiền mỗi em", "Mỗi em tốn bao nhiêu?|Mỗi em phải nộp bao nhiêu?"),
        },
    ),
)

HEALTH = (
    Frame(
        "kham",
        "y tế",
        {
            "tt": "clinic",
            "bs": "person",
            "n": "int 40 500 5",
            "t": "moment",
            "xa": "hamlet",
            "tuoi": "int 50 75 5",
        },
        (
            "{t}, bác sĩ {bs} khám miễn phí cho {n} người ở {xa} tại {tt}. [Ưu tiên|Nhận trước] "
            "người trên {tuoi} tuổi.",
            "{tt} [mời|đón] {n} bà con {xa} đến khám miễn phí {t}. Người trên {tuoi} tuổi được "
            "bác sĩ {bs} khám trước.",
            "Bác sĩ {bs} sẽ có mặt ở {tt} {t} để khám cho {n} bà con {xa}, [trước hết là|bắt "
            "đầu từ] người trên {tuoi} tuổi.",
        ),
        "Bác sĩ {bs} khám cho {n} người ở {tt}.",
        {
            "tt": ("nơi khám", "Bà con khám ở đâu?|Trạm y tế nào khám bệnh?"),
            "bs": ("bác sĩ", "Bác sĩ nào khám?|Ai khám bệnh cho bà con?"),
            "n": ("số người khám", "Bao nhiêu người được khám?|Mấy người được khám?"),
            "xa": ("nơi ở của bà con", "Bà con ở đâu được khám?|Người dân nơi nào được khám?"),
            "tuoi": (
                "tuổi ưu tiên",
                "Người trên bao nhiêu tuổi được khám trước?|Ưu tiên người trên mấy tuổi?",
            ),
            "t": ("thời gian", "Buổi khám diễn ra khi nào?|Bao giờ khám bệnh?"),
        },
    ),
    Frame(
        "hien_mau",
        "y tế",
        {
            "hall": "hall",
            "n": "int 45 480",
            "who": "person",
            "lan": "int 5 60",
            "d": "date",
            "bv": "hospital",
        },
        (
            "{d}, {hall} [thu|nhận] {n} đơn vị máu cho {bv}. {who_t} [hiến máu|cho máu] lần thứ "
            "{lan}.",
            "{who_t} hiến máu lần thứ {lan} tại {hall} {d}. Cả buổi [có|thu được] {n} đơn vị, "
            "chuyển về {bv}.",
            "{bv} nhận {n} đơn vị máu từ buổi hiến máu {d} ở {hall}; [riêng|trong đó] {who_t} "
            "đã cho máu {lan} lần.",
        ),
        "{hall} thu {n} đơn vị máu cho {bv}.",
        {
            "hall": ("nơi hiến máu", "Buổi hiến máu ở đâu?|Hiến máu tại nhà văn hóa nào?"),
            "n": ("số đơn vị máu", "Thu được bao nhiêu đơn vị máu?|Có mấy đơn vị máu?"),
            "who": ("người hiến nhiều lần", "Ai hiến máu nhiều lần?|Người được nêu tên là ai?"),
            "lan": ("số lần", "{who_a} hiến máu mấy lần?|{who_a} đã cho máu bao nhiêu lần?"),
            "bv": ("nơi nhận máu", "Máu chuyển về đâu?|Bệnh viện nào nhận máu?"),
            "d": ("ngày", "Buổi hiến máu vào ngày nào?|Ngày nào có buổi hiến máu?"),
        },
    ),
    Frame(
        "tiem",
        "y tế",
        {
            "tt": "clinic",
            "v": "vaccine",
            "a": "int 6 30",
            "d": "date",
            "h": "hour 7 10",
            "yt": ("person f"),
        },
        (
            "{tt} tiêm phòng {v} cho trẻ từ {a} tháng tuổi {d}, [bắt đầu|mở cửa] lúc {h}. Y tá "
            "{yt} [ghi tên|nhận sổ].",
            "Trẻ từ {a} tháng tuổi [được|sẽ được] y tá {yt} tiêm phòng {v} ở {tt}, lúc {h} {d}.",
            "Lúc {h} {d}, [phụ huynh|cha mẹ] đưa trẻ từ {a} tháng tuổi tới {tt} gặp y tá {yt} "
            "để tiêm phòng {v}.",
        ),
        "{tt} tiêm phòng {v} {d}.",
        {
            "tt": ("nơi tiêm", "Tiêm ở đâu?|Cha mẹ đưa trẻ tới đâu?"),
            "v": ("bệnh được phòng", "Tiêm phòng bệnh gì?|Mũi tiêm phòng bệnh nào?"),
            "a": ("số tháng tuổi", "Trẻ từ mấy tháng tuổi được tiêm?|Trẻ phải đủ bao nhiêu tháng?"),
            "yt": ("y tá", "Y tá tên gì?|Gặp y tá nào?"),
            "h": ("giờ tiêm", "Tiêm lúc mấy giờ?|Mấy giờ bắt đầu tiêm?"),
            "d": ("ngày tiêm", "Tiêm vào ngày nào?|Ngày nào trẻ được tiêm?"),
        },
    ),
    Frame(
        "dich",
        "y tế",
        {
            "xa": "commune",
            "b": "illness",
            "n": "int 12 190",
            "who": "person",
            "k": "int 2 11",
            "h": "hamlet",
        },
        (
            "{xa} có {n} ca {b} trong {k} tuần, [đông nhất|nhiều nhất] ở {h}. Bác sĩ {who} "
            "[nhắc|khuyên] người dân đi khám sớm.",
            "[Chỉ sau|Trong] {k} tuần, {n} người ở {xa} mắc {b}. {h} bị nặng nhất, bác sĩ {who} "
            "[đã đến|đã về] kiểm tra.",
            "Bác sĩ {who} [lo ngại|cảnh báo]: {b} lan từ {h} ra cả {xa}, {k} tuần đã có {n} ca.",
        ),
        "{xa} có {n} ca {b} trong {k} tuần.",
        {
            "xa": ("nơi có dịch", "Dịch xảy ra ở đâu?|Nơi nào có nhiều ca bệnh?"),
            "b": ("bệnh", "Người dân mắc bệnh gì?|Đó là bệnh gì?"),
            "n": ("số ca", "Có bao nhiêu ca bệnh?|Mấy người mắc bệnh?"),
            "k": ("số tuần", "Trong mấy tuần?|Số ca tính trong bao nhiêu tuần?"),
            "who": ("bác sĩ", "Bác sĩ được nhắc tới là ai?|Bác sĩ tên gì?"),
        },
    ),
    Frame(
        "may_moi",
        "y tế",
        {
            "bv": "hospital",
            "m": "machine",
            "tien": "tr 120 980 10",
            "nuoc": "country",
            "ks": ("person"),
            "n": "int 30 300 10",
        },
        (
            "{bv} [mua|lắp] {m} của {nuoc} với giá {tien}. Kỹ sư {ks} [vận hành|lo máy], mỗi "
            "ngày phục vụ {n} người.",
            "Mỗi ngày {n} bệnh nhân ở {bv} [được dùng|dùng] {m} mới. Máy nhập từ {nuoc}, giá "
            "{tien}, do kỹ sư {ks} [lắp|coi sóc].",
            "Kỹ sư {ks} vừa lắp xong {m} cho {bv}. Hàng của {nuoc}, [trị giá|giá] {tien}, phục "
            "vụ {n} người mỗi ngày.",
        ),
        "{bv} có {m} giá {tien}.",
        {
            "bv": ("bệnh viện", "Bệnh viện nào có máy mới?|Máy đặt ở bệnh viện nào?"),
            "m": ("thiết bị", "Bệnh viện có thêm máy gì?|Thiết bị mới là gì?"),
            "tien": ("giá", "Máy giá bao nhiêu?|Thiết bị trị giá bao nhiêu?"),
            "nuoc": ("nước sản xuất", "Máy của nước nào?|Thiết bị nhập từ nước nào?"),
            "ks": ("kỹ sư", "Kỹ sư là ai?|Ai lo việc lắp máy?"),
            "n": (
                "số người mỗi ngày",
                "Mỗi ngày bao nhiêu người dùng máy?|Máy phục vụ mấy người mỗi ngày?",
            ),
        },
    ),
)

FRAMES = SCHOOL + HEALTH
