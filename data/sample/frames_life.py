"""Frames of daily life."""

from sample.frame import Frame

LIFE = (
    Frame(
        "mat_do",
        "đời sống",
        {
            "who": "person",
            "do": "lost",
            "cho": "market",
            "t": "moment",
            "tim": "person",
            "tien": ("k 50 500 10"),
        },
        (
            "{who_t} để mất {do} ở {cho} {t}. {tim_t} [nhặt được|tìm thấy] và trả lại, được "
            "[biếu|tặng] {tien}.",
            "{tim_t} tìm thấy {do} ở {cho} {t}. Chủ của nó là {who_t}, người đã [tặng|biếu] "
            "{tien} để cảm ơn.",
            "Để cảm ơn {tim_t} trả lại {do}, {who_t} [tặng|gửi] {tien}. Chuyện xảy ra ở {cho} {t}.",
        ),
        "{tim_t} trả {do} cho {who_t}.",
        {
            "who": ("người mất", "Ai bị mất đồ?|Chủ của món đồ là ai?"),
            "do": ("món đồ", "Món đồ bị mất là gì?|Thứ được trả lại là gì?"),
            "cho": ("nơi mất", "Đồ mất ở đâu?|Chuyện xảy ra ở chợ nào?"),
            "tim": ("người trả lại", "Ai trả lại đồ?|Người tìm thấy là ai?"),
            "tien": ("tiền cảm ơn", "Người mất đồ tặng bao nhiêu tiền?|Tiền cảm ơn là bao nhiêu?"),
            "t": ("thời gian", "Đồ được tìm thấy khi nào?|Chuyện xảy ra lúc nào?"),
        },
    ),
    Frame(
        "cup_dien",
        "đời sống",
        {"xa": "hamlet", "h": "hours", "d": "date", "who": "person m", "tr": "substation"},
        (
            "{d}, {xa} [mất điện|bị cắt điện] từ {h} đến {h_e} để sửa {tr}. [Hỏi thêm|Có gì cần "
            "hỏi], bà con gọi {who_t}.",
            "Thợ điện {who} sửa {tr} nên {xa} không có điện {d}, từ {h} [đến|tới] {h_e}.",
            "Bà con {xa} [chú ý|lưu ý]: {tr} được sửa {d}. Điện cắt lúc {h} và có lại lúc "
            "{h_e}. Thợ [chính|sửa] là {who_t}.",
        ),
        "{xa} mất điện từ {h} đến {h_e} {d}.",
        {
            "xa": ("nơi mất điện", "Nơi nào mất điện?|Điện bị cắt ở đâu?"),
            "h": ("giờ cắt", "Điện bị cắt lúc mấy giờ?|Mất điện từ mấy giờ?"),
            "h_e": ("giờ có lại", "Mấy giờ có điện lại?|Mất điện đến mấy giờ?"),
            "tr": ("nơi sửa", "Trạm điện nào được sửa?|Cắt điện để sửa trạm nào?"),
            "who": ("người sửa", "Thợ điện được nhắc tới là ai?|Người có tên trong tin là ai?"),
            "d": ("ngày", "Mất điện ngày nào?|Ngày nào cắt điện?"),
        },
    ),
    Frame(
        "hop_to",
        "đời sống",
        {
            "so": "int 2 60",
            "hall": "hall",
            "who": "person",
            "t": "moment",
            "tien": "tr 3 40",
            "r": ("road"),
        },
        (
            "Tổ dân phố số {so} họp {t} tại {hall} để bàn sửa {r}. Tổ trưởng {who} [báo|cho "
            "biết] quỹ còn {tien}.",
            "Tổ trưởng {who} mời bà con tổ {so} tới {hall} {t}. Tổ có {tien} và muốn [sửa|làm "
            "lại] {r}.",
            "{r} sẽ được [sửa|làm mới] bằng {tien} của tổ {so}. Việc này bàn ở {hall} {t}, do "
            "tổ trưởng {who} [chủ trì|điều khiển].",
        ),
        "Tổ {so} họp {t} bàn sửa {r}.",
        {
            "so": ("số tổ", "Tổ số mấy họp?|Đó là tổ dân phố số nào?"),
            "hall": ("nơi họp", "Cuộc họp ở đâu?|Bà con họp tại đâu?"),
            "who": ("tổ trưởng", "Tổ trưởng là ai?|Ai làm tổ trưởng?"),
            "tien": ("tiền quỹ", "Tổ có bao nhiêu tiền?|Quỹ của tổ là bao nhiêu?"),
            "r": ("đường cần sửa", "Đường nào cần sửa?|Bà con bàn sửa đường nào?"),
            "t": ("thời gian họp", "Tổ họp khi nào?|Cuộc họp diễn ra lúc nào?"),
        },
    ),
    Frame(
        "dam_cuoi",
        "đời sống",
        {
            "a": "person m young",
            "b": "person f young",
            "n": "int 80 600 10",
            "hall": "firm",
            "t": ("moment"),
            "xa": "commune",
        },
        (
            "Đám cưới của {a} và {b} [diễn ra|tổ chức] {t} ở nhà hàng {hall}, {xa}. [Hai họ|Hai "
            "nhà] mời {n} khách.",
            "{n} khách đến nhà hàng {hall} ở {xa} [mừng|chúc mừng] chú rể {a} và cô dâu {b} {t}.",
            "{t}, cô dâu {b} và chú rể {a} [đãi|mời] {n} khách tại nhà hàng {hall} của {xa}.",
        ),
        "{a} và {b} cưới {t}.",
        {
            "a": ("chú rể", "Chú rể là ai?|Chú rể tên gì?"),
            "b": ("cô dâu", "Cô dâu là ai?|Cô dâu tên gì?"),
            "n": ("số khách", "Có bao nhiêu khách?|Mấy khách được mời?"),
            "hall": ("nhà hàng", "Đám cưới ở nhà hàng nào?|Nhà hàng tên gì?"),
            "xa": ("nơi tổ chức", "Nhà hàng nằm ở đâu?|Đám cưới diễn ra ở đâu?"),
            "t": ("thời gian", "Đám cưới diễn ra khi nào?|Khách được mời vào lúc nào?"),
        },
    ),
    Frame(
        "cuu_nguoi",
        "đời sống",
        {
            "who": "person m young",
            "nan": "person young",
            "song": "river",
            "tuoi": "int 7 16",
            "h": ("hour"),
            "tien": "k 200 900 50",
        },
        (
            "Lúc {h}, {who_t} nhảy xuống {song} cứu em {nan}, {tuoi} tuổi. Xã [thưởng|tặng] "
            "{tien} và giấy khen.",
            "Em {nan} mới {tuoi} tuổi [ngã xuống|rơi xuống] {song} lúc {h}. {who_t} cứu được "
            "em, xã thưởng {tien}.",
            "Xã thưởng {tien} cho {who_t} vì đã cứu em {nan} ({tuoi} tuổi) [ngã|rơi] xuống "
            "{song} lúc {h}.",
        ),
        "{who_t} cứu em {nan} ở {song}.",
        {
            "who": ("người cứu", "Ai cứu người?|Người nhảy xuống cứu là ai?"),
            "nan": ("người được cứu", "Ai được cứu?|Em nhỏ được cứu tên gì?"),
            "song": ("nơi xảy ra", "Em nhỏ ngã xuống đâu?|Việc xảy ra ở dòng nước nào?"),
            "tuoi": ("tuổi", "Em {nan_g} mấy tuổi?|Em nhỏ bao nhiêu tuổi?"),
            "h": ("giờ", "Việc xảy ra lúc mấy giờ?|Mấy giờ em nhỏ gặp nạn?"),
            "tien": ("tiền thưởng", "Tiền thưởng là bao nhiêu?|Xã thưởng bao nhiêu?"),
        },
    ),
)

FRAMES = LIFE
